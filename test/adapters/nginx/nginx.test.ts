/** Over a scripted machine; the contract with a real nginx is in test/lab/nginx. */
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/adapters/nginx/machine-scripts.ts';
import { createNginx } from '../../../src/adapters/nginx/nginx.ts';
import type { LoadBalancer, PoolServer } from '../../../src/ports/load-balancer.ts';
import type { PortError } from '../../../src/ports/port-error.ts';
import { ScriptedMachine } from './scripted-machine.ts';

const FILE = `upstream app {
  server 10.0.0.11:8080;
  server 10.0.0.12:8080; # web-2
  server 10.0.0.13:8080 down;
  server 10.0.0.14:8080 backup;
  keepalive 8;
}
`;
const FIRST = '0B00000A:1F90';

function over(...machines: readonly ScriptedMachine[]): LoadBalancer {
  return createNginx({
    instances: machines.map((machine, index) => ({
      ...machine.endpoint(`nginx lb-${index + 1}`),
      pools: {
        web: {
          file: '/etc/nginx/runsheet/web.conf',
          upstream: 'app',
          servers: () => [
            { name: 'web-1', theirs: null, address: '10.0.0.11:8080' },
            { name: 'web-2', theirs: null, address: null },
          ],
        },
      },
    })),
    urls: { web: 'http://10.0.0.5' },
  });
}

const first = async (balancer: LoadBalancer): Promise<PoolServer | undefined> =>
  (await balancer.state('web')).servers[0];
const refusalOf = (work: Promise<unknown>): Promise<PortError> =>
  work.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: PortError) => error,
  );

describe('nginx as a load balancer', () => {
  it('knows servers by the names that the project gives them, and backups not at all', async () => {
    const { servers, emptyMs, process } = await over(new ScriptedMachine(FILE)).state('web');
    expect(servers.map(({ name, admin }) => `${name} ${admin}`)).toEqual([
      'web-1 ready',
      'web-2 ready',
      '10.0.0.13:8080 maint',
    ]);
    expect([emptyMs, process]).toEqual([null, null]);
    expect(servers[0]).toEqual({
      name: 'web-1',
      admin: 'ready',
      healthy: null,
      weight: 1,
      active: 0,
      requests: null,
      errors: null,
      p95Ms: null,
    });
  });

  it('makes changes that come at once with one reload, and each wrong one fails alone', async () => {
    const machine = new ScriptedMachine(FILE);
    const balancer = over(machine);
    const begun = balancer.drain('web', 'web-1');
    const others = [
      balancer.drain('web', 'web-2'),
      balancer.setWeights('web', { 'web-1': 3 }),
      refusalOf(balancer.drain('web', 'web-9')),
    ];
    await begun;
    const [, , refused] = await Promise.all(others);
    expect(refused).toMatchObject({ kind: 'not-found', subject: 'web-9' });
    expect(refused?.message).toContain('has 10.0.0.11:8080, 10.0.0.12:8080 # web-2');
    expect(machine.reloads).toBeLessThanOrEqual(2);
    expect(machine.file).toBe(
      FILE.replace('10.0.0.11:8080;', '10.0.0.11:8080 weight=3 down; # runsheet: drain').replace(
        '10.0.0.12:8080;',
        '10.0.0.12:8080 down; # runsheet: drain',
      ),
    );
  });

  it('changes nothing that is so already, and begins again where the file changed meanwhile', async () => {
    const machine = new ScriptedMachine(FILE);
    const balancer = over(machine);
    await balancer.enable('web', 'web-1');
    await balancer.drain('web', '10.0.0.13:8080');
    await balancer.enable('web', '10.0.0.13:8080');
    await balancer.setWeights('web', { 'web-1': 1 });
    expect([machine.file, machine.reloads]).toEqual([FILE, 0]);
    machine.beforeChange = () => {
      machine.file = `# by hand\n${machine.file}`;
      machine.beforeChange = null;
    };
    await balancer.drain('web', 'web-1');
    expect(machine.file).toMatch(/^# by hand\n.*\n {2}server 10\.0\.0\.11:8080 down; # runsheet/u);
    machine.beforeChange = () => {
      machine.file = `#\n${machine.file}`;
    };
    expect(await refusalOf(balancer.enable('web', 'web-1'))).toMatchObject({ kind: 'conflict' });
  });

  it('takes a server out and in for an operator: without our mark, whatever a run has made of it', async () => {
    const machine = new ScriptedMachine(FILE);
    const balancer = over(machine);
    const down = FILE.replace('10.0.0.11:8080;', '10.0.0.11:8080 down;');
    for (const _again of [1, 2]) await balancer.setMaintenance('web', 'web-1', true);
    expect(machine.file).toBe(down);
    await balancer.enable('web', 'web-1');
    expect((await first(balancer))?.admin).toBe('maint');
    await balancer.setMaintenance('web', 'web-1', false);
    expect(machine.file).toBe(FILE);
    await balancer.drain('web', 'web-1');
    await balancer.setMaintenance('web', 'web-1', true);
    expect(machine.file).toBe(down);
    await balancer.setMaintenance('web', 'web-1', false);
    expect(machine.file).toBe(FILE);
    await balancer.drain('web', 'web-2');
    await balancer.setMaintenance('web', 'web-2', true);
    expect(machine.file).toContain('10.0.0.12:8080 down; # web-2');
    for (const _again of [1, 2]) await balancer.setMaintenance('web', 'web-2', false);
    expect(machine.file).toBe(FILE);
  });

  it('loads a file that nginx has not loaded, although it says already what is wanted', async () => {
    const machine = new ScriptedMachine(FILE);
    const balancer = over(machine);
    await balancer.drain('web', 'web-1');
    machine.isLoaded = false;
    expect(await first(balancer)).toMatchObject({ admin: 'drain', split: true, active: null });
    await balancer.drain('web', 'web-1');
    expect(machine.reloads).toBe(2);
    expect(await first(balancer)).toMatchObject({ admin: 'drain', active: 0 });
    expect((await first(balancer))?.split).toBeUndefined();
  });

  it.each([
    ['taking, without a connection', '', 0, 0, 0],
    ['taking, with connections that may be idle', '', 0, 2, null],
    ['out, and no worker of before is left', ' down; # runsheet: drain', 0, 2, 0],
    ['out, with connections of workers of before', ' down; # runsheet: drain', 1, 2, 2],
    ['out, and a worker of before may still send it some', ' down; # runsheet: drain', 1, 0, null],
  ])('requests in flight: %s', async (_what, tail, leaving, count, active) => {
    const machine = new ScriptedMachine(FILE.replace('11:8080;', `11:8080${tail || ';'}`));
    machine.leaving = leaving;
    machine.connections = { [FIRST]: count };
    const server = await first(over(machine));
    expect(server?.active).toBe(active);
    expect(server?.awaited?.en ?? '').toMatch(leaving > 0 ? /worker_shutdown_timeout/u : /^$/u);
  });

  it.each([
    [EXIT.noFile, '', 'not-found', /there is no file .*web\.conf/u],
    [EXIT.tooLarge, '', 'invalid', /64 KiB/u],
    [
      EXIT.denied,
      '/etc/nginx/runsheet',
      'refused',
      /may not read and write \/etc\/nginx\/runsheet\./u,
    ],
    [
      EXIT.testFailed,
      'nginx: [emerg] unknown directive "x"',
      'invalid',
      /is as it was: nginx: \[emerg\]/u,
    ],
    [
      EXIT.notTold,
      'nginx: [error] invalid PID',
      'refused',
      /`\/usr\/sbin\/nginx -s reload` failed/u,
    ],
    [EXIT.notReloaded, '', 'unavailable', /did not take the reload within 30 s/u],
    [EXIT.noMaster, '', 'unreachable', /\/run\/nginx\.pid names no master process/u],
    [EXIT.locked, '', 'unavailable', /\.runsheet\.lock was not free/u],
    [EXIT.missingProgram, 'flock', 'invalid', /has no program flock/u],
    [2, 'sh: cannot open', 'unavailable', /sh: cannot open/u],
    [null, '', 'unavailable', /cut off or took too long/u],
  ])('exit code %s %s: %s', async (exitCode, stderr, kind, message) => {
    const machine = new ScriptedMachine(FILE);
    machine.refusals.push({ exitCode, stderr });
    const error = await refusalOf(over(machine).drain('web', 'web-1'));
    expect(error).toMatchObject({ name: 'PortError', kind });
    expect(error.message).toMatch(message);
    expect(error.message).toContain('nginx lb-1');
    expect(error.zh?.message).toContain('nginx lb-1');
    expect(error.remedy).not.toBe('');
  });

  it('says what would stand in the way before anything is changed', async () => {
    const machine = new ScriptedMachine(FILE);
    const balancer = over(machine);
    await balancer.assertChangeable?.('web');
    expect(machine.scripts).toEqual(['check']);
    machine.refusals.push({ exitCode: EXIT.testFailed, stderr: 'no' });
    expect(await refusalOf(balancer.assertChangeable?.('web') as Promise<void>)).toMatchObject({
      kind: 'invalid',
    });
    machine.isLoaded = false;
    const edited = await refusalOf(balancer.assertChangeable?.('web') as Promise<void>);
    expect(edited.message).toMatch(/has not loaded .*web\.conf since it was changed/u);
    expect([machine.file, machine.reloads]).toEqual([FILE, 0]);
  });

  it('does not take an nginx that does not run for a pool', async () => {
    const machine = new ScriptedMachine(FILE);
    machine.isRunning = false;
    expect(await refusalOf(over(machine).state('web'))).toMatchObject({ kind: 'unreachable' });
  });

  it.each([
    ['upstream other { server a; }', 'not-found', /has no upstream app \(it has other\)/u],
    ['upstream app { server a; ', 'invalid', /line 1 of .* is not the syntax/u],
    ['upstream app { x_by_lua_block { } }', 'invalid', /holds a block/u],
    [
      'upstream app { server web-1:1; server web-1:2; }',
      'conflict',
      /does not tell web-1 apart: lines 1, 1/u,
    ],
  ])('%s', async (file, kind, message) => {
    const error = await refusalOf(over(new ScriptedMachine(file)).state('web'));
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(message);
  });

  it.each([0, -1, 1.5, Number.NaN])(
    'refuses the weight %s before it changes any',
    async (weight) => {
      const machine = new ScriptedMachine(FILE);
      const refused = await refusalOf(
        over(machine).setWeights('web', { 'web-2': 2, 'web-1': weight }),
      );
      expect(refused).toMatchObject({ kind: 'invalid' });
      expect(machine.file).toBe(FILE);
    },
  );

  it('says where requests are sent, or that nobody has said it', async () => {
    const balancer = over(new ScriptedMachine(FILE));
    expect(await balancer.url('web')).toBe('http://10.0.0.5');
    expect(await refusalOf(balancer.url('else'))).toMatchObject({ kind: 'not-found' });
  });
});

describe('several nginxes', () => {
  it('are changed all, and one that fails says how the others stand', async () => {
    const [one, two] = [new ScriptedMachine(FILE), new ScriptedMachine(FILE)];
    two.refusals.push({ exitCode: EXIT.testFailed, stderr: 'no' });
    const error = await refusalOf(over(one, two).drain('web', 'web-1'));
    expect(error.message).toContain('The others: nginx lb-1: web-1 drain.');
    expect(await first(over(one, two))).toMatchObject({ admin: 'drain', split: true });
    await over(one, two).drain('web', 'web-1');
    expect((await first(over(one, two)))?.split).toBeUndefined();
    expect([one.reloads, two.reloads]).toEqual([1, 1]);
  });

  it('set no weight where one of them does not know the server', async () => {
    const one = new ScriptedMachine(FILE);
    const two = new ScriptedMachine(FILE.replace('server 10.0.0.11:8080;', ''));
    const error = await refusalOf(over(one, two).setWeights('web', { 'web-1': 2 }));
    expect(error).toMatchObject({ kind: 'not-found' });
    expect(one.file).toBe(FILE);
  });
});
