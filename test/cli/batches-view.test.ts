/** What `runsheet plan` says of batches: who goes when, who serves meanwhile, what a failure means. */
import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../src/cli/view/plan.ts';
import type { BatchSize, RollingRule } from '../../src/plan/plan.ts';
import type { ResolvedRun } from '../../src/plan/run.ts';
import { resolvedRun } from '../support/resolved-run.ts';

const ONE: BatchSize = { kind: 'count', servers: 1 };
const HALF: BatchSize = { kind: 'percent', percent: 50 };
const NONE: RollingRule = {
  from: 6,
  to: 9,
  batches: [ONE],
  pauseSeconds: 0,
  failureBudget: 0,
  minimumInPoolPercent: 0,
  observeSeconds: 0,
};

function rolled(rule: Partial<RollingRule>, many = 4, poolSize = many): ResolvedRun {
  const servers = Array.from({ length: many }, (_, at) => `app-server-${at + 1}`);
  const run = resolvedRun({ servers });
  const plan = { ...run.plan, rolling: { ...NONE, ...rule } };
  return { ...run, plan, poolSize, rollingFrom: 'request' };
}
const shown = (run: ResolvedRun, language: 'zh' | 'en') =>
  renderPlan(run, run.servers, language).join('\n');
const FULL = {
  batches: [ONE, HALF],
  pauseSeconds: 60,
  failureBudget: 1,
  minimumInPoolPercent: 50,
  observeSeconds: 30,
};

describe('the batches of a plan', () => {
  it('are listed with the canary, the pauses, the floor and who serves meanwhile', () => {
    expect(shown(rolled(FULL), 'en')).toContain(`
batches (from the request): 1 server, 50%; first one observed for 30 s; pause 1 min; failure budget 1 server; never fewer than 50% in the pool
  steps 6–9 run batch by batch, 3 in all
  1. app-server-1  (canary, observed for 30 s, at least 3 of 4 serve meanwhile)
     a pause of 1 min
  2. app-server-2, app-server-3  (at least 2 of 4 serve meanwhile)
     a pause of 1 min
  3. app-server-4  (at least 3 of 4 serve meanwhile)
  floor 50%: never fewer than 2 of 4 in the pool, else the run fails and is undone
  failure budget 1: `);
    expect(shown(rolled(FULL), 'zh')).toContain(`
批次（来自请求）：1 台、50%；首批观察 30 秒；批次间隔 1 分钟；失败预算 1 台；最少在线 50%
  步骤 6–9 一批接一批进行，共 3 批
  1. app-server-1  (金丝雀，观察 30 秒，其间至少 3/4 台服务)
     间隔 1 分钟
  2. app-server-2, app-server-3  (其间至少 2/4 台服务)
     间隔 1 分钟
  3. app-server-4  (其间至少 3/4 台服务)
  最少在线 50%：池中任何时候不少于 2/4 台，否则运行失败并回滚
  失败预算 1 台：`);
  });

  it('say what the budget and the floor do to each other', () => {
    const below = 'with 1 server out of the pool a batch of 2 falls below the floor';
    expect(shown(rolled(FULL), 'en')).toContain(below);
    expect(shown(rolled(FULL, 4, 6), 'en')).not.toContain(below);
    expect(shown(rolled({}), 'zh')).not.toContain('失败预算');
  });

  it('say what a failure means for each of them', () => {
    expect(shown(rolled(FULL), 'zh')).toContain(`
失败时：
  步骤 1–5: 直接终止，无需回滚
  批次 1：app-server-1
    步骤 6–7: 恢复旧版本；池中其他服务器继续服务
    步骤 8: 切换回旧版本；池中其他服务器继续服务
    步骤 9: 切换回旧版本：已在池中的逐台进行，其余同时，服务保持可用
    批次 2–3 失败时：已在池中，切换回旧版本：不低于最少在线的 2 台，逐台或几台同时
  批次 2：app-server-2, app-server-3
    批次 1 失败时：没有被触及
    步骤 6–9: 同批次 1
    批次 3 失败时：已在池中，切换回旧版本：不低于最少在线的 2 台，逐台或几台同时
  批次 3：app-server-4
    批次 1–2 失败时：没有被触及
    步骤 6–9: 同批次 1
  步骤 10: 部署已成功，只警告，不回滚`);
    expect(shown(rolled({}, 2), 'en')).toContain(
      '    batch 2 fails: already in the pool, switched back one after the other, so that the service stays available\n  batch 2: app-server-2\n    batch 1 fails: not touched\n    step 6–9: as for batch 1',
    );
  });

  it('say so where a batch is the whole pool', () => {
    const text = shown(rolled({ batches: [{ kind: 'count', servers: 4 }] }), 'en');
    expect(text).toContain('(canary, not observed, at least 0 of 4 serve meanwhile)');
    expect(text).toContain('step 8: switched back: the pool is empty, so all servers at once');
    const mixed = shown(rolled({ batches: [ONE, HALF] }, 3, 1), 'en');
    expect(mixed).toContain('at least 0 of 1 serve meanwhile');
  });

  it('say what runs at once in a step', () => {
    expect(shown(rolled({}), 'en')).toMatch(/ 6\. \S+ \[the servers of a batch at once\]/u);
    expect(shown(rolled({}), 'zh')).toMatch(/ 7\. \S+ \[一批之内各服务器同时\]/u);
    const early = rolled({ from: 7 });
    expect(shown(early, 'en')).toMatch(/ 6\. \S+ \[all servers at once\]/u);
  });

  it('are bounded, however many servers there are', () => {
    const text = shown(rolled({}, 200), 'en');
    expect(text).toContain('steps 6–9 run batch by batch, 200 in all');
    expect(text).toContain('  … and 188 more batches');
    const wide = shown(rolled({ batches: [{ kind: 'count', servers: 100 }] }, 200), 'zh');
    expect(wide).toContain('app-server-8 等 100 台');
  });

  it('are none where all go at once', () => {
    const run = resolvedRun({ servers: ['a', 'b'] });
    expect(shown(run, 'en')).toContain(
      '\nbatches: none; 2 servers at once, of 2 servers in the pool\n',
    );
    expect(shown({ ...run, poolSize: 3 }, 'zh')).toContain(
      '\n批次：无，2 台同时进行（池中共 3 台）\n',
    );
  });
});
