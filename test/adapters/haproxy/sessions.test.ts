/** Sessions recorded from HAProxy 2.6: WebSockets, an endless answer, one not begun, a connection kept alive. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSessions, tunnelsApart } from '../../../src/adapters/haproxy/sessions.ts';

const recorded = readFileSync('test/adapters/haproxy/fixtures/show-sess-all.txt', 'utf8');
const request = { proxy: 'app', server: 's1', isTunnel: false, ageSeconds: 1 };
const tunnel = { ...request, isTunnel: true };

describe('show sess all', () => {
  it('tells WebSockets from server-sent events and from a slow answer; who is idle has no session', () => {
    const of = (server: string) =>
      parseSessions(recorded)
        .filter((each) => each.server === server)
        .map(({ proxy, isTunnel, ageSeconds }) => `${proxy} ${isTunnel} ${ageSeconds}`);
    expect(of('s1')).toEqual(['app true 65', 'app false 1', 'app true 1', 'app false 0']);
    expect(of('s2')).toEqual(['app true 0']);
  });

  it('leaves out the stream that asks, which has no server', () => {
    expect(recorded).toContain('server=<NONE>');
    expect(parseSessions(recorded)).toHaveLength(5);
  });

  it.each([
    ['3d4h', 273_600],
    ['58m54s', 3_534],
    ['<NEVER>', null],
  ])('an age of %s is %s seconds', (age, seconds) => {
    const text = recorded.replace('age=1m5s)', `age=${age})`);
    expect(parseSessions(text)[0]?.ageSeconds).toBe(seconds);
  });

  it.each(['Permission denied\n', '', 'Unknown command: show sess\n'])(
    'has none in %j',
    (refused) => {
      expect(parseSessions(refused)).toEqual([]);
    },
  );
});

describe('tunnels of a server', () => {
  it('are counted for themselves, with the age of the oldest', () => {
    const own = [tunnel, { ...tunnel, ageSeconds: 65 }, request];
    expect(tunnelsApart(3, own)).toEqual({
      active: 1,
      tunnels: { count: 2, oldestSeconds: 65 },
    });
  });

  it('leave the figure as it is where there are none', () => {
    expect(tunnelsApart(2, [request])).toEqual({ active: 2 });
  });

  it('that came after the figure hide no request', () => {
    expect(tunnelsApart(2, [tunnel, tunnel, request]).active).toBe(1);
    expect(tunnelsApart(1, [tunnel, tunnel]).active).toBe(0);
  });

  it('do not hide who waits in the queue, and has no session with the server', () => {
    expect(tunnelsApart(2, [tunnel]).active).toBe(1);
  });
});
