import { afterEach, describe, expect, it } from 'vitest';
import { createCheckoutCommand, createServerCommand } from '../../src/activities/run/command.ts';
import type { ActionInput } from '../../src/plan/run.ts';
import type { ProjectAction } from '../../src/plan/settings.ts';
import type { ExecResult, ServerHost } from '../../src/ports/server-host.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
} from './support/checkout-world.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

const ACTIONS: Readonly<Record<string, ProjectAction>> = {
  verify: { argv: ['sh', '-c', 'cat schema; exit $(cat code)'], on: 'worker', timeoutSeconds: 10 },
  broken: {
    argv: ['sh', '-c', 'echo ok; (echo 0 failed; echo error: no such table; echo bye) >&2; exit 3'],
    on: 'worker',
    timeoutSeconds: 10,
  },
  each: { argv: ['uptime'], on: 'each-server', timeoutSeconds: 10 },
  first: { argv: ['uptime'], on: 'first-server', timeoutSeconds: 10 },
  told: {
    argv: ['echo', '${version} ${environment}', '${service}', '${revision}', '$${HOME}'],
    on: 'worker',
    timeoutSeconds: 10,
  },
  batch: { argv: ['echo', '${version}'], on: 'each-batch', timeoutSeconds: 10 },
  tell: {
    argv: ['smoke', '--server=${server}:${port}', '${service}-${version}', '$${HOME}', '$HOME'],
    on: 'each-server',
    timeoutSeconds: 10,
  },
};

/** By a worker that builds; the others by one that deploys. */
const BUILT: ReadonlySet<string> = new Set(['verify', 'broken', 'told', 'batch']);

async function run(
  name: string,
  more: Partial<ActionInput> = {},
  exitCodes: Record<string, number> = {},
  code = '0',
  role = BUILT.has(name) ? 'build' : 'deploy',
) {
  world = await makeCheckoutWorld({ schema: 'schema 42', code });
  const executed: string[] = [];
  const host = (server: string): ServerHost => ({
    name: server,
    address: '127.0.0.1',
    servicePort: server === 'a' ? 8081 : 8082,
    baseFolder: '/srv',
    readFile: async () => null,
    writeFile: async () => {},
    openSocket: () => Promise.reject(new Error('no sockets here')),
    async exec(argv): Promise<ExecResult> {
      executed.push(`${server}: ${argv.join(' ')}`);
      return {
        exitCode: exitCodes[server] ?? 0,
        stdout: 'up 3 days',
        stderr: '',
        truncated: false,
      };
    },
  });
  const showHostKey = () => Promise.reject(new Error('no keys here'));
  const hosts = { get: host, showHostKey, close: async () => {} };
  const input = await inputFor(
    world,
    { actions: ACTIONS },
    { settings: { name }, servers: ['a', 'b'], ...more },
  );
  const { 'project.command': activity } =
    role === 'build'
      ? createCheckoutCommand(world.ports)
      : createServerCommand({ ...world.ports, hosts });
  return { result: await runActivity(activity, input), executed };
}

describe('project.command', () => {
  it.each([
    ['0', true],
    ['1', false],
  ])('on the worker: exit code %s gives %s', async (code, value) => {
    const { result } = await run('verify', {}, {}, code);
    expect(result.facts).toMatchObject([{ id: 'command.passed', value }]);
    expect(result.evidence).toContain('schema 42');
  });

  it.each([
    ['verify', 'deploy'],
    ['batch', 'deploy'],
    ['each', 'build'],
    ['first', 'build'],
  ])('S3: %s is refused by a worker that only is to %s', async (name, role) => {
    await expect(run(name, {}, {}, '0', role)).rejects.toMatchObject({ type: 'FORGED_INPUT' });
  });

  it('B17: says how a command ended, its first error, and how to see the rest', async () => {
    const { result } = await run('broken');
    expect(result.facts[0]?.detail).toMatch(
      /^broken: sh -c .*: exit code 3, \S+ ms; error: no such table; whole output: `runsheet logs run-1 1`$/u,
    );
    await world.remove();
    const servers = await run('each', {}, { b: 1 });
    expect(servers.result.facts[0]?.detail).toMatch(
      /^b: each: exit code 1, \S+ ms; up 3 days; whole output: `runsheet logs run-1 1 --server b`; a: each: exit code 0/u,
    );
  });

  it('runs on the server that the interpreter names', async () => {
    const { result, executed } = await run('each', { server: 'b' });
    expect(executed).toEqual(['b: uptime']);
    expect(result.evidence[0]).toContain('b: each: exit code 0');
  });

  it('runs on all or the first where none is named, and one failure fails it', async () => {
    const each = await run('each', {}, { b: 1 });
    expect(each.executed).toEqual(['a: uptime', 'b: uptime']);
    expect(each.result.facts[0]?.value).toBe(false);
    await world.remove();
    expect((await run('first')).executed).toEqual(['a: uptime']);
  });

  it('B16 the worker fills in the words of a command: ${version}, ${environment}, ${service}, ${revision}', async () => {
    const { result } = await run('told');
    const { version, environment, service } = RUN;
    const { revision } = await world.pin();
    const printed = `${version} ${environment} ${service} ${revision} \${HOME}`;
    expect(result.evidence).toContain(printed);
    expect(result.facts).toMatchObject([{ value: true }]);
    await world.remove();
    expect((await run('batch')).result.evidence).toContain(RUN.version);
  });

  it('B16 a command on each server knows that server: name, port and version', async () => {
    const { executed } = await run('tell');
    const { version, service } = RUN;
    expect(executed).toEqual([
      `a: smoke --server=a:8081 ${service}-${version} \${HOME} $HOME`,
      `b: smoke --server=b:8082 ${service}-${version} \${HOME} $HOME`,
    ]);
  });

  it('keeps what each batch and each server printed, under what it is called', async () => {
    await run('batch', { servers: ['a', 'b'] });
    const kept = async (file: string): Promise<string> =>
      String(await world.ports.artifacts.read(`artifact:${RUN.requestId}/logs/${file}`));
    const batch = { step: 1, name: 'batch', command: 'echo v2.1.0', servers: ['a', 'b'] };
    expect(JSON.parse(await kept('1-action-6-a.json'))).toMatchObject({ ...batch, exitCode: 0 });
    await world.remove();
    await run('tell', {}, { b: 7 });
    const onServer = { step: 1, name: 'tell', servers: ['b'], exitCode: 7 };
    expect(JSON.parse(await kept('1-action-7-b.json'))).toMatchObject(onServer);
    expect(await kept('1-action-7-b.log')).toMatch(/^\$ smoke --server=b:8082 .*\nup 3 days\n/u);
  });

  it('names an action that there is not', async () => {
    await expect(run('constructor')).rejects.toThrow(
      /no task "constructor".*verify, broken, each, first/,
    );
  });
});
