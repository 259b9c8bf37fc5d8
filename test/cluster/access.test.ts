/** A cluster that lets in whom its identity provider vouches for: with TLS and a token, and not without. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, runsheet, WORKER } from '../cli/support/program.ts';
import { openTemporalShell } from '../e2e/support/documented-commands.ts';
import { PRODUCTION, type Stage, startStage } from '../e2e/support/stage.ts';
import { Cluster } from './support/cluster.ts';
import { foreignToken } from './support/keys.ts';

const ALL = ['default:admin'];
const UNAUTHORIZED = 'Request unauthorized';
/** What the server said, and what to look at. */
const REFUSED = /^NO_TEMPORAL_SERVER: .*Request unauthorized.*TEMPORAL_API_KEY/su;
const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);

let cluster: Cluster;
let stage: Stage;

beforeAll(async () => {
  cluster = await Cluster.start();
  stage = await startStage({ temporal: cluster.environment(cluster.token('write')) });
});

afterAll(async () => {
  await stage?.close();
  await cluster?.close();
});

/** Types `runsheet …` with this token. */
function typed(token: string | undefined, ...args: string[]) {
  return runsheet(args, { cwd: stage.folder, env: cluster.environment(token) });
}

async function attributesOf(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { searchAttributes } = await stage.client.workflow.getHandle(id).describe();
  return searchAttributes;
}

describe('with a token that may write', () => {
  it('the reference run sheet runs to its end, and says that it cannot be searched for', async () => {
    const started = await stage.deploy('production', 'v1');
    await started.approveWhenAsked();
    const { failure, status } = await started.end();
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    expect(Object.values(await stage.world.versions(PRODUCTION))).toEqual(['v1', 'v1', 'v1']);
    expect(status.warnings.join('\n')).toContain(UNAUTHORIZED);
    expect(await attributesOf(started.id)).not.toHaveProperty('RunsheetService');
  });

  it('a run can be searched for once an administrator has added the attributes', async () => {
    const [, script = ''] =
      /^```sh search-attributes\n([\s\S]*?)^```$/mu.exec(readFileSync(OPERATIONS, 'utf8')) ?? [];
    const shell = await openTemporalShell();
    try {
      const added = await shell.run(script, cluster.environment(cluster.token('admin')));
      expect(added, added.stderr).toMatchObject({ code: 0 });
    } finally {
      shell.close();
    }
    const started = await stage.deploy('development', 'v1', { skip_tests: true });
    const { failure, status } = await started.end();
    expect(failure).toBeNull();
    expect(status.warnings.join('\n')).not.toContain(UNAUTHORIZED);
    expect(await attributesOf(started.id)).toMatchObject({
      RunsheetService: ['shipping-quotes'],
      RunsheetStatus: ['succeeded'],
    });
  });

  it('a command answers, also by a profile of the temporal program', async () => {
    const byEnvironment = await typed(cluster.token('write'), 'list');
    expect(byEnvironment, byEnvironment.stderr).toMatchObject({ code: 0 });
    expect(byEnvironment.stdout).toContain('e2e-1');
    const file = join(stage.folder, 'temporal.toml');
    writeFileSync(file, profile());
    const env = { TEMPORAL_CONFIG_FILE: file };
    const byProfile = await runsheet(['list'], { cwd: stage.folder, env });
    expect(byProfile).toMatchObject({ code: 0, stdout: byEnvironment.stdout });
  });
});

/** As docs/operations.md shows one, with the name in the certificate. */
function profile(): string {
  const variables = cluster.environment(cluster.token('write'));
  return `[profile.default]
address = "${variables['TEMPORAL_ADDRESS']}"
namespace = "default"
api_key = "${variables['TEMPORAL_API_KEY']}"

[profile.default.tls]
server_ca_cert_path = "${variables['TEMPORAL_TLS_SERVER_CA_CERT_PATH']}"
server_name = "${variables['TEMPORAL_TLS_SERVER_NAME']}"
`;
}

const TOKENS: readonly (readonly [string, () => string | undefined])[] = [
  ['no token', () => undefined],
  ["another provider's token", () => foreignToken({ permissions: ALL })],
  ['a token that has expired', () => cluster.keys.token({ permissions: ALL, lifeSeconds: -60 })],
  ["another namespace's token", () => cluster.keys.token({ permissions: ['other:admin'] })],
  ['a key that is no token', () => 'sesame'],
];

describe.each(TOKENS)('with %s', (_name, token) => {
  it('a command is refused, in words', async () => {
    const ended = await typed(token(), 'list', '--lang', 'en');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(REFUSED);
  });

  it('a worker is refused, in words', async () => {
    const options = { cwd: stage.folder, env: cluster.environment(token()) };
    const ended = await run(process.execPath, [WORKER, '--lang', 'en'], options);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(REFUSED);
  });
});

describe('with a token that may only read', () => {
  it('a command that reads answers, one that starts a run is refused', async () => {
    const reading = await typed(cluster.token('read'), 'list');
    expect(reading, reading.stderr).toMatchObject({ code: 0 });
    const flags = ['--requested-by', 'carol', '--yes', '--no-follow', '--lang', 'en'];
    const target = ['-p', 'environment=development', '-p', 'servers=dev-server-1'];
    const ended = await typed(
      cluster.token('read'),
      'run',
      'deployment.md',
      ...target,
      '-p',
      'version=v9',
      ...flags,
    );
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NO_TEMPORAL_SERVER');
  });
});
