/** Whether the pool can spare each batch, by what a preflight finds. */
import { describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import type { RollingRule } from '../../../src/plan/plan.ts';
import type { PreflightResult, ServerBefore } from '../../../src/plan/run.ts';
import { withFloor } from '../../../src/workflows/fleet/preflight-floor.ts';
import { SETTINGS } from '../../support/resolved-run.ts';

const SERVERS = ['s1', 's2', 's3', 's4'];
const REF = {
  workflowId: 'w',
  requestId: 'r',
  project: 'hello',
  service: 'hello',
  environment: 'production',
  version: 'v2',
  templateId: 't',
  planDigest: '',
  requestedBy: 'alice',
  language: 'en',
} as const;
const ONE_BY_ONE: RollingRule = {
  from: 1,
  to: 2,
  batches: [{ kind: 'count', servers: 1 }],
  pauseSeconds: 0,
  failureBudget: 1,
  minimumInPoolPercent: 75,
  observeSeconds: 0,
};

interface Found {
  readonly serving?: readonly string[];
  readonly pools?: Readonly<Record<string, ServerBefore['pool']>>;
  readonly outOfReach?: readonly string[];
}

function problemsIn(
  { serving = SERVERS, pools = {}, outOfReach = [] }: Found,
  rolling: RollingRule | undefined = ONE_BY_ONE,
  does: readonly ActionId[] = ['pool.drain'],
): readonly string[] {
  const results: PreflightResult[] = SERVERS.map((server) => ({
    subject: server,
    reachable: !outOfReach.includes(server),
    checks: [],
    before: { server, release: null, pool: pools[server] ?? 'ready' },
  }));
  results.push({
    subject: 'balancer',
    reachable: true,
    checks: [],
    pool: { size: SERVERS.length, serving },
  });
  const subject = { ref: REF, settings: SETTINGS, servers: SERVERS, does, rolling };
  return withFloor(subject, results).flatMap(({ checks }) => checks.map(({ detail }) => detail));
}

describe('the floor of a pool', () => {
  it('lets batches go whose servers are all that are out', () => {
    expect(problemsIn({})).toEqual([]);
  });

  it('does not where somebody else is out', () => {
    expect(problemsIn({ serving: ['s1', 's2', 's3'] })).toEqual([
      'the pool hello cannot spare s1 now: at least 3 of 4 servers (75%) must serve, and 2 would. ' +
        'Bring the others back first, take smaller batches, or lower balancer.floor',
    ]);
  });

  it('lets a server go that does not serve, and counts it when it is back', () => {
    expect(problemsIn({ serving: ['s2', 's3', 's4'], pools: { s1: 'drain' } })).toEqual([]);
  });

  it('does not count one that an operator keeps out', () => {
    expect(problemsIn({ serving: ['s2', 's3', 's4'], pools: { s1: 'maint' } })[0]).toContain(
      'cannot spare s2 now',
    );
  });

  it('does not count one that is out of reach, and has no turn', () => {
    expect(problemsIn({ outOfReach: ['s1'] })[0]).toContain('cannot spare s2 now');
  });

  it("is the project's own where the document has none, for all servers at once", () => {
    const balancer = { ...SETTINGS.balancer, floorPercent: 1 };
    const subject = { ref: REF, settings: { ...SETTINGS, balancer }, servers: SERVERS };
    const found = { subject: 'balancer', reachable: true, checks: [] };
    const pool = { size: 4, serving: SERVERS };
    const does: readonly ActionId[] = ['pool.drain'];
    const [result] = withFloor({ ...subject, does, rolling: undefined }, [{ ...found, pool }]);
    expect(result?.checks).toMatchObject([{ name: 'pool', state: 'failed' }]);
  });

  it('is nothing to a run that takes no server out', () => {
    expect(problemsIn({ serving: [] }, ONE_BY_ONE, ['health.endpoint'])).toEqual([]);
  });
});
