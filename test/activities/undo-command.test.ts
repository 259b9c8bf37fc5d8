/** project.undo: where it runs, what it is told, and what it says where it fails. */
import { afterEach, describe, expect, it } from 'vitest';
import type { UndoCommandInput } from '../../src/activities/contract.ts';
import { createCheckoutUndo, createServerUndo } from '../../src/activities/run/undo.ts';
import type { ProjectAction } from '../../src/plan/settings.ts';
import type { ExecResult, ServerHost } from '../../src/ports/server-host.ts';
import {
  type CheckoutWorld,
  makeCheckoutWorld,
  RUN,
  runActivity,
} from './support/checkout-world.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

const undo = (...argv: readonly string[]) => ({ argv, timeoutSeconds: 10 });
const ACTIONS: Readonly<Record<string, ProjectAction>> = {
  migrate: {
    argv: ['false'],
    on: 'worker',
    timeoutSeconds: 10,
    undo: undo(
      'sh',
      '-c',
      'cat schema; echo; echo "down to [$1] of $2"',
      'x',
      '${previous_version}',
      '${version}',
    ),
  },
  broken: {
    argv: ['true'],
    on: 'worker',
    timeoutSeconds: 10,
    undo: undo('sh', '-c', 'echo error: no such table >&2; exit 3'),
  },
  batch: { argv: ['true'], on: 'each-batch', timeoutSeconds: 10, undo: undo('echo', 'batch') },
  register: {
    argv: ['register'],
    on: 'each-server',
    timeoutSeconds: 10,
    undo: undo('register', '--back', '${server}:${port}', '${previous_version}'),
  },
  plain: { argv: ['true'], on: 'worker', timeoutSeconds: 10 },
};

async function run(
  name: string,
  more: Partial<UndoCommandInput> = {},
  { role = 'build', exitCode = 0 }: { role?: 'build' | 'deploy'; exitCode?: number } = {},
) {
  world = await makeCheckoutWorld({ schema: 'schema 42' });
  const executed: string[] = [];
  const host = (server: string): ServerHost => ({
    name: server,
    address: '127.0.0.1',
    servicePort: 8081,
    baseFolder: '/srv',
    readFile: async () => null,
    writeFile: async () => {},
    openSocket: () => Promise.reject(new Error('no sockets here')),
    async exec(argv): Promise<ExecResult> {
      executed.push(`${server}: ${argv.join(' ')}`);
      return { exitCode, stdout: 'gone', stderr: '', truncated: false };
    },
  });
  const showHostKey = () => Promise.reject(new Error('no keys here'));
  const hosts = { get: host, showHostKey, close: async () => {} };
  const input: UndoCommandInput = {
    run: RUN,
    step: 6,
    settings: { name },
    project: { actions: ACTIONS },
    servers: ['a', 'b'],
    previousVersion: 'v2.0.0',
    source: await world.pin(),
    ...more,
  };
  const { 'project.undo': activity } =
    role === 'build'
      ? createCheckoutUndo(world.ports)
      : createServerUndo({ ...world.ports, hosts });
  return { result: await runActivity(activity, input), executed };
}

const kept = async (file: string): Promise<string> =>
  String(await world.ports.artifacts.read(`artifact:${RUN.requestId}/logs/${file}`));

describe('project.undo', () => {
  it('runs in the checkout with the names of run and the version before', async () => {
    const { result } = await run('migrate');
    expect(result.facts).toEqual([]);
    expect(result.evidence).toContain('schema 42');
    expect(result.evidence).toContain('down to [v2.0.0] of v2.1.0');
    expect(JSON.parse(await kept('6-action-1-undo.json'))).toMatchObject({
      step: 6,
      name: '↩ migrate',
      exitCode: 0,
    });
    expect(await kept('6-action-1-undo.log')).toContain('down to [v2.0.0]');
  });

  it('is told an empty version where none is known', async () => {
    const { result } = await run('migrate', { previousVersion: null });
    expect(result.evidence).toContain('down to [] of v2.1.0');
  });

  it('keeps the output of each batch apart', async () => {
    await run('batch');
    expect(JSON.parse(await kept('6-action-3-undo-a.json'))).toMatchObject({ servers: ['a', 'b'] });
  });

  it('runs on the server that the action ran on', async () => {
    const { result, executed } = await run('register', { server: 'b' }, { role: 'deploy' });
    expect(executed).toEqual(['b: register --back b:8081 v2.0.0']);
    expect(result.evidence[0]).toContain('b: ↩ register: exit code 0');
  });

  it('is tried again where it does not end with 0, and says why and where the rest is', async () => {
    await expect(run('broken')).rejects.toMatchObject({
      type: 'UNDO_FAILED',
      nonRetryable: false,
      message: expect.stringMatching(
        /broken: sh -c .*exit code 3, .*error: no such table; whole output: `runsheet logs run-1 6`/u,
      ),
    });
    await world.remove();
    const server = run('register', { server: 'b' }, { role: 'deploy', exitCode: 1 });
    await expect(server).rejects.toMatchObject({ type: 'UNDO_FAILED' });
  });

  it.each([
    ['migrate', { role: 'deploy' }, { server: 'a' }, 'FORGED_INPUT'],
    ['register', { role: 'build' }, { server: 'a' }, 'FORGED_INPUT'],
    ['register', { role: 'deploy' }, {}, 'FORGED_INPUT'],
    ['migrate', {}, { previousVersion: '$(id)' }, 'FORGED_INPUT'],
    ['plain', {}, {}, 'UNKNOWN_TASK'],
    ['constructor', {}, {}, 'UNKNOWN_TASK'],
  ] as const)('S3: %s is refused: %o %o', async (name, options, more, type) => {
    await expect(run(name, more, options)).rejects.toMatchObject({ type });
  });

  it('is refused where no source is pinned', async () => {
    const { source: _, ...without } = { source: undefined, server: 'a' };
    const refused = run('migrate', { ...without, source: undefined } as never);
    await expect(refused).rejects.toMatchObject({ type: 'SOURCE_NOT_RESOLVED' });
  });
});
