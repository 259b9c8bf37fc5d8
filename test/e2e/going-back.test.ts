/** Back to a version that the servers have kept, and out of what an ended run has left, as it is typed. */

import { rmSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, run, runsheet } from '../cli/support/program.ts';
import { cutInTheMiddle } from './support/cut-run.ts';
import { readCommands } from './support/documented-commands.ts';
import { programFolder } from './support/program-folder.ts';
import { PRODUCTION, type Stage, startStage } from './support/stage.ts';

const DOCUMENTED = readCommands(new URL('../../docs/cli.md', import.meta.url));
const IN = { admin: 'ready', healthy: true };
const ALL_IN = { 'app-server-1': IN, 'app-server-2': IN, 'app-server-3': IN };

let stage: Stage;
let bin: string;
beforeAll(async () => {
  bin = programFolder();
  stage = await startStage();
});
afterAll(async () => {
  await stage?.close();
  rmSync(bin, { recursive: true, force: true });
});

const typed = (...args: string[]): Promise<Ended> =>
  runsheet([...args, '--lang', 'en'], { cwd: stage.folder });

/** A block of docs/cli.md. */
function documented(name: string): Promise<Ended> {
  const script = DOCUMENTED.get(name);
  if (script === undefined) throw new Error(`docs/cli.md lacks the block ${name}`);
  const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  return run('sh', ['-c', script], { cwd: stage.folder, env: { PATH } });
}

async function deploy(environment: string, version: string): Promise<void> {
  const started = await stage.deploy(environment, version, { skip_tests: true });
  if (environment === 'production') await started.approveWhenAsked();
  expect((await started.end()).failure).toBeNull();
}

function everywhere(version: string): Record<string, string> {
  return Object.fromEntries(PRODUCTION.map((server) => [server, version]));
}

describe('rollback', () => {
  const SERVER = 'dev-server-1';

  it('without an earlier version is refused, and names what is kept: 2', async () => {
    await deploy('development', 'v1');
    const refused = await typed('rollback', 'shipping-quotes', 'development', '--yes');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('RELEASE_NOT_KEPT');
    expect(refused.stderr).toContain('kept on the servers: v1');
    expect(await stage.world.version(SERVER)).toBe('v1');
  });

  it('starts the last good version again without a build: 0', async () => {
    await deploy('development', 'v2');
    const starts = stage.world.starts(SERVER).length;
    const ended = await documented('rollback');
    expect(ended, `${ended.stdout}${ended.stderr}`).toMatchObject({ code: 0 });
    expect(await stage.world.version(SERVER)).toBe('v1');
    expect(stage.world.starts(SERVER)).toHaveLength(starts + 1);
    expect(await stage.world.pool('development')).toMatchObject({ [SERVER]: IN });
    const servers = await typed('servers', 'development');
    expect(servers, servers.stdout).toMatchObject({ code: 0 });
    expect(servers.stdout).toMatch(/✓ dev-server-1 +v1 /u);
  });

  it('goes to the version that is named, and refuses one that was never there: 2', async () => {
    const ended = await documented('rollback-to');
    expect(ended, `${ended.stdout}${ended.stderr}`).toMatchObject({ code: 0 });
    expect(await stage.world.version(SERVER)).toBe('v2');
    const names = ['rollback', 'shipping-quotes', 'development', '--yes', '--to', 'v9'];
    const never = await typed(...names);
    expect(never).toMatchObject({ code: 2 });
    expect(never.stderr).toContain('on record: v2, v1');
    const other = await typed('rollback', 'quotes', 'development', '--yes');
    expect(other.stderr).toContain('the service of this project is shipping-quotes');
    const moon = await typed('rollback', 'shipping-quotes', 'moon', '--yes');
    expect(moon.stderr).toContain('no environment moon');
  });

  it('asks for the approval of its environment, and is a run like any other', async () => {
    await deploy('production', 'v1');
    await deploy('production', 'v2');
    const names = ['rollback', 'shipping-quotes', 'production', '--yes', '--no-follow'];
    const started = await typed(...names, '--requested-by', 'carol', '--json');
    const { workflowId } = JSON.parse(started.stdout) as { workflowId: string };
    await expect
      .poll(async () => (await typed('approve', workflowId, '--by', 'alice')).code, {
        timeout: 60_000,
      })
      .toBe(0);
    const watched = await typed('status', workflowId, '--watch');
    expect(watched, watched.stdout).toMatchObject({ code: 0 });
    expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere('v1'));
    expect(await stage.world.pool('production')).toMatchObject(ALL_IN);
  });
});

describe('rollback --on-call', () => {
  const names = ['rollback', 'shipping-quotes', 'production', '--on-call', '--yes', '--no-follow'];

  it('is refused for who is not on call, and for any other run sheet: 2', async () => {
    const [here] = Object.values(await stage.world.versions(PRODUCTION));
    const back = [...names, '--to', here === 'v1' ? 'v2' : 'v1'];
    const nobody = await typed(...back, '--requested-by', 'bob');
    expect(nobody).toMatchObject({ code: 2 });
    expect(nobody.stderr).toContain('ON_CALL');
    expect(nobody.stderr).toContain('nobody is on call for production');
    stage.edit(
      'runsheet.yaml',
      'servers: [app-server-1, app-server-2, app-server-3]',
      'servers: [app-server-1, app-server-2, app-server-3]\n    on_call: [ops_lead]',
    );
    const alice = await typed(...back, '--requested-by', 'alice');
    expect(alice).toMatchObject({ code: 2 });
    expect(alice.stderr).toContain('these are: bob');
    const forged = { servers: PRODUCTION, environment: 'production', version: 'v3' };
    const input = { ...forged, requested_by: 'bob', overrides: { on_call: true } };
    const { failure } = await (await stage.start(input)).end();
    expect(failure?.type).toBe('BAD_REQUEST');
    expect(failure?.message).toContain('ON_CALL');
  });

  it('goes back at once, and is approved afterwards', async () => {
    const [to] = Object.values(await stage.world.versions(PRODUCTION));
    const other = to === 'v1' ? 'v2' : 'v1';
    const started = await typed(...names, '--to', other, '--requested-by', 'bob', '--json');
    expect(started, started.stderr).toMatchObject({ code: 0 });
    const { workflowId } = JSON.parse(started.stdout) as { workflowId: string };
    await expect
      .poll(async () => (await typed('status', workflowId)).stdout, { timeout: 60_000 })
      .toContain('servers are done');
    expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere(other));
    expect(await stage.world.pool('production')).toMatchObject(ALL_IN);
    const status = await typed('status', workflowId);
    expect(status.stdout).toContain('on call: Bob (ops_lead) begins at once');
    const pending = await typed('pending');
    expect(pending.stdout).toContain(workflowId);
    expect(pending.stdout).toContain('the rollback stays');
    const own = await typed('approve', workflowId, '--by', 'bob');
    expect(own).toMatchObject({ code: 2 });
    expect(own.stderr).toContain('SELF_APPROVAL');
    expect((await typed('approve', workflowId, '--by', 'alice')).code).toBe(0);
    const watched = await typed('status', workflowId, '--watch');
    expect(watched, watched.stdout).toMatchObject({ code: 0 });
    const report = await typed('logs', workflowId, '--report');
    expect(report.stdout).toContain('approved afterwards by Alice');
  });
});

const idIn = ({ stdout }: Ended): string =>
  /runsheet status (\S+) --watch/u.exec(stdout)?.[1] ?? '';

async function approved(started: Ended): Promise<void> {
  expect(started, `${started.stdout}${started.stderr}`).toMatchObject({ code: 0 });
  const id = idIn(started);
  await expect
    .poll(async () => (await typed('approve', id, '--by', 'alice')).code, { timeout: 60_000 })
    .toBe(0);
  const watched = await typed('status', id, '--watch');
  expect(watched, watched.stdout).toMatchObject({ code: 0 });
}

/** One version everywhere, in the pool, nothing dirty. */
async function expectWell(version: string): Promise<void> {
  expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere(version));
  expect(await stage.world.pool('production')).toMatchObject(ALL_IN);
  const servers = await typed('servers', 'production');
  expect(servers, servers.stdout).toMatchObject({ code: 0 });
}

describe('a run that is terminated between stop and start', () => {
  const NAMES = ['repair', 'shipping-quotes', 'production'];

  it('keeps every other run out, and a repair to the old version lets them in again', async () => {
    const { id, letGo } = await cutInTheMiddle(stage, 'v5');
    try {
      const next = await (await stage.deploy('production', 'v6', { skip_tests: true })).end();
      expect(next.failure?.type).toBe('DIRTY_ENVIRONMENT');
      expect(next.failure?.message).toContain(id);
      const servers = await typed('servers', 'production');
      expect(servers.code).toBe(3);
      expect(servers.stdout).toContain(`DIRTY: the run ${id} was ended`);
      expect(servers.stdout).toContain(NAMES.join(' '));
      const which = await typed(...NAMES, '--yes');
      expect(which.code).toBe(2);
      expect(which.stderr).toContain('--to v5');
      expect(which.stderr).toContain('--to v1');
      expect(which.stdout).toMatch(
        /--to v1\n {2}app-server-1 {2}runs v5: starts v1 as it has kept it/u,
      );
    } finally {
      letGo();
    }
    await approved(await documented('repair'));
    await expectWell('v1');
    await deploy('production', 'v6');
    await expectWell('v6');
  });

  it('is carried through by a repair to the new version', async () => {
    const { letGo } = await cutInTheMiddle(stage, 'v7');
    letGo();
    await approved(
      await typed(...NAMES, '--to', 'v7', '--requested-by', 'carol', '--yes', '--no-follow'),
    );
    await expectWell('v7');
    await deploy('production', 'v8');
    await expectWell('v8');
  });
});
