/** What `runsheet servers` makes of what servers, balancer and records say. */
import { describe, expect, it } from 'vitest';
import { type JudgedServer, judgeServers, type OpenRun } from '../../src/cli/servers/judge.ts';
import { renderServers } from '../../src/cli/view/servers.ts';
import type { ServerBefore } from '../../src/plan/run.ts';
import type { ShownServer } from '../../src/plan/shown-server.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const RUN = { workflowId: 'deploy-1', version: 'v1', outcome: 'succeeded', endedAtMs: 0 };

function server(
  name: string,
  before: Partial<ServerBefore> = {},
  change: Partial<ShownServer> = {},
): ShownServer {
  const release = { digest: DIGEST, version: 'v1', runId: 'r' };
  return {
    subject: name,
    reachable: true,
    checks: [],
    before: { server: name, release, pool: 'ready', ...before },
    healthy: true,
    run: RUN,
    ...change,
  };
}

function judged(servers: readonly ShownServer[], open: readonly OpenRun[] = []) {
  return judgeServers({ servers, silent: [] }, open);
}

function said(each: JudgedServer | undefined): string {
  return `${each?.state} ${each?.notes.map(({ en }) => en).join('; ')}`.trim();
}

const GONE: ShownServer = {
  subject: 'b',
  reachable: false,
  checks: [{ name: 'connection', state: 'failed', detail: 'no route' }],
  healthy: null,
  run: null,
};
const OTHER = { digest: `sha256:${'b'.repeat(64)}`, version: 'v1', runId: 'r' };

const MOVED = { to: 'out', who: 'Alice (ops)', reason: 'a new disk', atMs: 0 } as const;

describe('servers', () => {
  it.each<[string, ShownServer, string]>([
    ['in the pool with what a run that succeeded started', server('b'), 'ok'],
    ['out of the pool', server('b', { pool: 'drain' }), 'failed it is out of the pool'],
    ['unknown to the balancer', server('b', { pool: 'absent' }), 'failed the load balancer does'],
    ["an operator's maint", server('b', { pool: 'maint' }), 'warning an operator took it out'],
    [
      'in maint, and on record',
      server('b', { pool: 'maint' }, { moved: MOVED }),
      'warning taken out by Alice (ops) at ',
    ],
    ['in maint with its reason', server('b', { pool: 'maint' }, { moved: MOVED }), ': a new disk'],
    ['without a pool', server('b', { pool: 'none' }, { healthy: null }), 'ok'],
    ['ill', server('b', {}, { healthy: false }), 'failed the load balancer finds it ill'],
    ['not running', server('b', { release: null }), 'failed the service is not running'],
    [
      'stopped',
      server('b', { release: null, stopped: OTHER }),
      'failed the service is stopped (v1)',
    ],
    ['out of reach', GONE, 'failed no route'],
    ['of a run without a record', server('b', {}, { run: null }), 'failed the run that started it'],
    [
      'of a run that failed',
      server('b', {}, { run: { ...RUN, outcome: 'failed' } }),
      'failed the run deploy-1 that started it did not succeed (failed)',
    ],
    [
      'restored by a run that was rolled back',
      server('b', {}, { run: { ...RUN, version: 'v2', outcome: 'rolled_back' } }),
      'ok',
    ],
    [
      'started by hand',
      server('b', { release: { digest: DIGEST, version: 'v1', runId: '' } }, { run: null }),
      'warning no run has started it',
    ],
    ['of another version', server('b', { release: OTHER }), 'warning the servers of this'],
  ])('%s', (_what, shown, words) => {
    expect(said(judged([server('a'), shown])[1])).toContain(words);
  });

  it('that have never had the service are nothing to tell', () => {
    const never = server('a', { release: null }, { run: null });
    expect(judged([never]).map(said)).toEqual(['ok']);
  });

  it('are explained by a run in progress, but for what it has left out', () => {
    const out = server('a', { pool: 'drain' }, { run: null });
    const names = [{ name: 'a' }, { name: 'b', excluded: 'no route' }];
    const [first, second] = judged([out, GONE], [{ workflowId: 'deploy-2', servers: names }]);
    expect(first?.state).toBe('warning');
    expect(said(first)).toContain('runsheet status deploy-2');
    expect(said(second)).toContain('failed no route; left out by the run deploy-2: no route');
    const [silent] = judged([out], [{ workflowId: 'deploy-2', servers: null }]);
    expect(silent?.state).toBe('warning');
    const [others] = judged([out], [{ workflowId: 'deploy-2', servers: [{ name: 'z' }] }]);
    expect(others?.state).toBe('failed');
  });

  it('blame no run where the records cannot be read', () => {
    const records = { subject: 'records', reachable: false, checks: [] };
    const shown = [server('a', {}, { run: null })];
    expect(judgeServers({ servers: shown, silent: [records] }, []).map(said)).toEqual(['ok']);
  });

  it('are shown in one language, with what is silent and the count', () => {
    const silent = [
      {
        subject: 'records',
        reachable: false,
        checks: [{ name: 'records' as const, state: 'failed' as const, detail: '数据库没有应答' }],
      },
    ];
    const all = judgeServers(
      { servers: [server('a'), server('b', { pool: 'drain' })], silent },
      [],
    );
    const text = renderServers('production', all, { silent }, 'zh').join('\n');
    expect(text).toMatch(/^production\n✓ a +v1 \(a{12}\) +已挂载 +\S+ \S+ {2}deploy-1\n/u);
    expect(text).toContain('\n    已从负载均衡摘除\n');
    expect(text).toContain('⚠ 部署记录读不到\n    数据库没有应答');
    expect(text).toMatch(/✓ 1 {2}⚠ 0 {2}✗ 1$/u);
    expect(text).not.toMatch(/the /u);
  });
});
