/** Over a scripted HAProxy; the contract with a real one is in test/lab/haproxy. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHaproxy } from '../../../src/adapters/haproxy/haproxy.ts';
import type { LoadBalancer } from '../../../src/ports/load-balancer.ts';
import { connectTo, type ScriptedProcess, scriptedProcess } from './scripted-haproxy.ts';

const recorded = (name: string): string =>
  readFileSync(`test/adapters/haproxy/fixtures/${name}.txt`, 'utf8');

const PLAIN = `1
# be_name srv_name srv_op_state srv_admin_state srv_uweight
`;
const STAT = '# pxname,svname,type,scur,stot\napp,web1,2,0,4\napp,web2,2,0,4\n';

/** Takes what it is told; `answers` come first. */
function takingHaproxy(answers: Readonly<Record<string, string>> = {}): ScriptedProcess {
  const bits: Record<string, number> = { web1: 0, web2: 0 };
  const weights: Record<string, number> = { web1: 1, web2: 1 };
  return scriptedProcess(7, (command) => {
    const given = answers[command];
    if (given !== undefined) return given;
    const [, name = '', what = '', value = ''] =
      /^set server app\/(\w+) (\w+) (\w+)$/u.exec(command) ?? [];
    if (what === 'state') bits[name] = { drain: 8, maint: 1 }[value] ?? 0;
    if (what === 'weight') weights[name] = Number(value);
    if (command === 'show stat app 6 -1') return STAT;
    if (command !== 'show servers state app') return '';
    const lines = Object.entries(bits).map(
      ([server, admin]) => `app ${server} 2 ${admin} ${weights[server]}`,
    );
    return `${PLAIN}${lines.join('\n')}\n`;
  });
}

function over(...processes: readonly ScriptedProcess[]): LoadBalancer {
  return createHaproxy({
    instances: processes.map((process, index) => ({
      name: `lb-${index + 1}`,
      backends: { web: 'app' },
      open: async () => connectTo(process),
    })),
    names: { 'app-server-1': 'web1', 'app-server-2': 'web2' },
    urls: { web: 'http://10.0.0.5' },
    routesMap: null,
    times: { idleMs: 20, answerMs: 500 },
  });
}

describe('HAProxy as a load balancer', () => {
  it('knows servers by the names that the project gives them', async () => {
    const haproxy = scriptedProcess(7, (command) =>
      command.startsWith('show stat') ? recorded('show-stat') : recorded('show-servers-state'),
    );
    const balancer = createHaproxy({
      instances: [{ name: 'lb', backends: { web: 'app' }, open: async () => connectTo(haproxy) }],
      names: { 'app-server-1': 's1' },
      urls: {},
      routesMap: null,
      times: { idleMs: 20 },
    });
    const state = await balancer.state('web');
    expect(state).toMatchObject({ process: '7@9', emptyMs: 0 });
    expect(state.servers[0]).toEqual({
      name: 'app-server-1',
      admin: 'ready',
      healthy: true,
      weight: 3,
      active: 1,
      requests: 6,
      errors: 2,
      p95Ms: null,
    });
    expect(state.servers.map(({ name, admin }) => `${name} ${admin}`)).toEqual([
      'app-server-1 ready',
      's2 drain',
      's3 ready',
      's4 maint',
      's5 maint',
    ]);
  });

  it('changes only what differs, and reads it back', async () => {
    const haproxy = takingHaproxy();
    const balancer = over(haproxy);
    const changes = (): readonly string[] => haproxy.asked.filter((each) => each.startsWith('set'));
    await balancer.drain('web', 'app-server-1');
    await balancer.drain('web', 'app-server-1');
    await balancer.setWeights('web', { 'app-server-1': 1, 'app-server-2': 5 });
    await balancer.enable('web', 'app-server-1');
    expect(changes()).toEqual([
      'set server app/web1 state drain',
      'set server app/web2 weight 5',
      'set server app/web1 state ready',
    ]);
  });

  it('takes a server out and in for an operator, once, whatever a run has made of it', async () => {
    const haproxy = takingHaproxy();
    const balancer = over(haproxy);
    const admin = async (): Promise<unknown> => (await balancer.state('web')).servers[0]?.admin;
    await balancer.drain('web', 'app-server-1');
    for (const _again of [1, 2]) await balancer.setMaintenance('web', 'app-server-1', true);
    expect(await admin()).toBe('maint');
    await balancer.enable('web', 'app-server-1');
    expect(await admin()).toBe('maint');
    for (const _again of [1, 2]) await balancer.setMaintenance('web', 'app-server-1', false);
    expect(await admin()).toBe('ready');
    expect(haproxy.asked.filter((each) => each.startsWith('set'))).toEqual([
      'set server app/web1 state drain',
      'set server app/web1 state maint',
      'set server app/web1 state ready',
    ]);
  });

  it('does not take a silent answer for a change that was made', async () => {
    const haproxy = takingHaproxy({
      'show servers state app': `${PLAIN}app web1 2 0 1\napp web2 2 0 1\n`,
    });
    await expect(over(haproxy).drain('web', 'app-server-1')).rejects.toMatchObject({
      kind: 'conflict',
      subject: 'web1',
      message: 'lb-1 took "state drain" for app/web1 and shows ready.',
    });
  });

  it('where one of two refuses, says how the other stands', async () => {
    const refusing = takingHaproxy({ 'set server app/web1 state drain': 'Permission denied\n' });
    await expect(
      over(takingHaproxy(), refusing).drain('web', 'app-server-1'),
    ).rejects.toMatchObject({
      kind: 'refused',
      message: 'lb-2 permits no changes through this socket. The others: lb-1: app-server-1 drain.',
    });
  });

  it('needs a map for routes, and none where there are none', async () => {
    const balancer = over(takingHaproxy());
    expect(await balancer.routes()).toEqual({});
    await balancer.setRoutes({});
    await expect(balancer.setRoutes({ '/api': 'web' })).rejects.toMatchObject({
      kind: 'invalid',
      remedy: expect.stringContaining('balancer.routes_map'),
    });
  });

  it('finds the backend where a frontend has the same name', async () => {
    const haproxy = takingHaproxy({
      'show stat app 6 -1': '# pxname,svname,type\n',
      'show stat -1 6 -1': `${STAT}other,web1,2,9,9\n`,
    });
    const { servers } = await over(haproxy).state('web');
    expect(servers.map(({ name, requests }) => [name, requests])).toEqual([
      ['app-server-1', 4],
      ['app-server-2', 4],
    ]);
  });
});
