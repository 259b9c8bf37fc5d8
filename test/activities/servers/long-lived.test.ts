/** Connections that do not end by themselves, to a server behind HAProxy: what it was seen to answer of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createHaproxy } from '../../../src/adapters/haproxy/haproxy.ts';
import type { ActionResult } from '../../../src/plan/run.ts';
import {
  connectTo,
  type ScriptedProcess,
  scriptedProcess,
} from '../../adapters/haproxy/scripted-haproxy.ts';
import { run, SERVERS, type Stage, setStage, valueOf } from './stage.ts';

const recorded = readFileSync('test/adapters/haproxy/fixtures/show-sess-all.txt', 'utf8').split(
  /^(?=0x)/mu,
);
const [OLD_SOCKET = '', EVENTS = '', , SOCKET = '', SLOW = '', OTHERS_SOCKET = ''] = recorded;

interface Behind {
  readonly stage: Stage;
  readonly haproxy: ScriptedProcess;
}

/** HAProxy with sessions to the first server and one WebSocket to the second; the first is taken out. */
async function drained(sessions: () => readonly string[]): Promise<Behind> {
  const admin: Record<string, number> = { s1: 0, s2: 0, s3: 0 };
  const haproxy = scriptedProcess(7, (command) => {
    const [, name = '', state = ''] = /^set server app\/(\w+) state (\w+)$/u.exec(command) ?? [];
    if (name !== '') admin[name] = state === 'drain' ? 8 : 0;
    if (command === 'show sess all') return [...sessions(), OTHERS_SOCKET].join('');
    if (command.startsWith('show stat')) {
      const rows = `app,s1,2,${sessions().length},9\napp,s2,2,1,9\napp,s3,2,0,9\n`;
      return `# pxname,svname,type,scur,stot\n${rows}`;
    }
    if (!command.startsWith('show servers state')) return '';
    const rows = Object.entries(admin).map(([server, bits]) => `app ${server} 2 ${bits} 1\n`);
    return `1\n# be_name srv_name srv_op_state srv_admin_state srv_uweight\n${rows.join('')}`;
  });
  const stage = await setStage();
  const balancer = createHaproxy({
    instances: [{ name: 'lb', backends: { web: 'app' }, open: async () => connectTo(haproxy) }],
    names: Object.fromEntries(SERVERS.map((name, index) => [name, `s${index + 1}`])),
    urls: { web: 'http://10.0.0.5' },
    routesMap: null,
    times: { idleMs: 20 },
  });
  Object.assign(stage.ports.balancer, balancer);
  await stage.act('pool.drain');
  return { stage, haproxy };
}

function wait({ stage }: Behind, change = {}): Promise<ActionResult> {
  return stage.act('connections.wait', { settings: { limitSeconds: 0.3 }, ...change });
}

const NAMES_SETTINGS = expect.stringContaining('drain.allow_cut_requests');

describe('B13: step 6 waits for requests in flight', () => {
  it('2 WebSockets are open: nothing is in flight, and it says what ends them', async () => {
    const result = await wait(await drained(() => [OLD_SOCKET, SOCKET]));
    expect(valueOf(result, 'connections.active')).toBe(0);
    expect(result.evidence).toEqual([
      expect.stringContaining('nothing in flight after'),
      '2 long-lived connections (WebSockets), the oldest 65 s, are left to the service\'s stop; to end idle ones earlier set "timeout tunnel" in HAProxy',
    ]);
  });

  it('the same in Chinese', async () => {
    const behind = await drained(() => [OLD_SOCKET, SOCKET]);
    const { evidence } = await wait(behind, { run: { ...run, language: 'zh' } });
    expect(evidence[1]).toBe(
      '2 个长连接（WebSocket）（最久的已 65 秒）不再等待，服务停止时断开；要提前结束空闲的，请设置 HAProxy 的 "timeout tunnel"',
    );
  });

  it('one WebSocket, whose age HAProxy does not tell', async () => {
    const ageless = SOCKET.replace(/ age=\w+\)/u, ')');
    const { evidence } = await wait(await drained(() => [ageless]));
    expect(evidence[1]).toMatch(/^1 long-lived connection \(a WebSocket\) is left to/u);
  });

  it.each([
    ['1m59s', '119 s'],
    ['2m', '2 min'],
    ['1h59m', '119 min'],
    ['1d6h', '30 h'],
  ])('an age of %s is told as %s', async (age, said) => {
    const aged = SOCKET.replace(/ age=\w+\)/u, ` age=${age})`);
    const { evidence } = await wait(await drained(() => [aged]));
    expect(evidence[1]).toContain(`(a WebSocket), open for ${said}, is left`);
  });

  it('server-sent events are a request that does not end: what to set is said', async () => {
    const result = await wait(await drained(() => [EVENTS, SOCKET]));
    expect(valueOf(result, 'connections.active')).toBe(1);
    expect(result.evidence).toEqual([
      expect.stringContaining('1 in flight after'),
      NAMES_SETTINGS,
      expect.stringContaining('1 long-lived connection (a WebSocket), open for 1 s, is left'),
    ]);
  });

  it('a request and a WebSocket: only the request is waited for', async () => {
    let isAnswered = false;
    const behind = await drained(() => (isAnswered ? [SOCKET] : [SOCKET, SLOW]));
    const { haproxy } = behind;
    const { answer } = haproxy;
    haproxy.asked.length = 0;
    haproxy.answer = (command) => {
      const said = answer(command);
      isAnswered ||= haproxy.asked.filter((each) => each === 'show sess all').length === 2;
      return said;
    };
    const result = await wait(behind, { settings: { limitSeconds: 30 } });
    expect(valueOf(result, 'connections.active')).toBe(0);
    expect(haproxy.asked.filter((each) => each === 'show sess all')).toHaveLength(3);
    expect(result.evidence[1]).toContain('1 long-lived connection');
  });

  it.each([
    ['it may not show its sessions', (behind: Behind) => refuseSessions(behind)],
    [
      'it has too many of them',
      ({ haproxy }: Behind) => Object.assign(haproxy, { connections: 9_000 }),
    ],
  ])('where %s, WebSockets count, and it says what to set', async (_name, restrict) => {
    const behind = await drained(() => [SOCKET, SOCKET]);
    restrict(behind);
    const result = await wait(behind);
    expect(valueOf(result, 'connections.active')).toBe(2);
    expect(result.evidence).toEqual([
      expect.stringContaining('2 in flight after'),
      NAMES_SETTINGS,
      expect.stringContaining('"timeout tunnel" in HAProxy ends idle ones'),
    ]);
  });

  it('a withdrawal says what it leaves open, too', async () => {
    const { stage } = await drained(() => [SOCKET]);
    const { evidence } = await stage.undo('pool.withdraw');
    expect(evidence).toEqual([
      expect.stringMatching(/^out of the pool, 0 requests left/u),
      expect.stringContaining('1 long-lived connection'),
    ]);
  });

  it('sessions are not asked for where no server is out', async () => {
    const { stage, haproxy } = await drained(() => [SOCKET]);
    await stage.ports.balancer.enable('web', 'app-server-1');
    haproxy.asked.length = 0;
    const { servers } = await stage.ports.balancer.state('web');
    expect(servers.map(({ active }) => active)).toEqual([1, 1, 0]);
    expect(haproxy.asked).not.toContain('show sess all');
  });
});

function refuseSessions({ haproxy }: Behind): void {
  const { answer } = haproxy;
  haproxy.answer = (command) =>
    command === 'show sess all' ? 'Permission denied\n' : answer(command);
}
