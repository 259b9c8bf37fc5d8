/** What `runsheet plan` says about batches: which servers when, how many stay in the pool, what a failure means. */
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
const shown = (run: ResolvedRun, language: 'zh' | 'en') => renderPlan(run, language).join('\n');
const FULL = {
  batches: [ONE, HALF],
  pauseSeconds: 60,
  failureBudget: 1,
  minimumInPoolPercent: 50,
  observeSeconds: 30,
};

describe('the batches of a plan', () => {
  it('are listed with the canary, the pauses, the minimum in pool and how many stay in it', () => {
    expect(shown(rolled(FULL), 'en')).toContain(`
batches (from the request): 1 server, 50%; first one observed for 30 s; pause 1 min; failure budget 1 server; minimum in pool 50%
  steps 6–9 run in 3 batches
  1. app-server-1  (canary, observed for 30 s, at least 3 of 4 stay in the pool)
     pause of 1 min
  2. app-server-2, app-server-3  (at least 2 of 4 stay in the pool)
     pause of 1 min
  3. app-server-4  (at least 3 of 4 stay in the pool)
  minimum in pool 50%: at least 2 of 4 are in the pool at any time, or the run fails and is rolled back
  failure budget 1: `);
    expect(shown(rolled(FULL), 'zh')).toContain(`
批次（来自请求）：1 台、50%；首批观察 30 秒；批次间隔 1 分钟；允许失败台数 1；最少在线 50%
  步骤 6–9 逐批进行，共 3 批
  1. app-server-1  (金丝雀，观察 30 秒，期间至少 3/4 台在线)
     间隔 1 分钟
  2. app-server-2, app-server-3  (期间至少 2/4 台在线)
     间隔 1 分钟
  3. app-server-4  (期间至少 3/4 台在线)
  最少在线 50%：任何时候至少 2/4 台已挂载，否则发布失败并回滚
  允许失败台数 1：`);
  });

  it('say how the failure budget and the minimum in pool conflict', () => {
    const below =
      'with 1 server out of the pool, a batch of 2 would fall below the minimum in pool';
    expect(shown(rolled(FULL), 'en')).toContain(below);
    expect(shown(rolled(FULL, 4, 6), 'en')).not.toContain(below);
    expect(shown(rolled({}), 'zh')).not.toContain('允许失败台数');
  });

  it('say what a failure means for each of them', () => {
    expect(shown(rolled(FULL), 'zh')).toContain(`
失败时：
  步骤 1–5：直接终止，无需回滚
  批次 1：app-server-1
    步骤 6–7：恢复旧版本；其他已挂载的服务器继续服务
    步骤 8：切换回旧版本；其他已挂载的服务器继续服务
    步骤 9：切换回旧版本：已挂载的逐台或几台同时进行，至少 2 台保持挂载，其余同时进行
    批次 2–3 失败时：已挂载，切换回旧版本：逐台或几台同时进行，至少 2 台保持挂载
  批次 2：app-server-2, app-server-3
    批次 1 失败时：没有改动
    步骤 6–9：同批次 1
    批次 3 失败时：已挂载，切换回旧版本：逐台或几台同时进行，至少 2 台保持挂载
  批次 3：app-server-4
    批次 1–2 失败时：没有改动
    步骤 6–9：同批次 1
  步骤 10：部署已成功，只警告，不回滚`);
    expect(shown(rolled({}, 2), 'en')).toContain(
      '    if batch 2 fails: already in the pool, switched back one at a time, so the service stays available\n  batch 2: app-server-2\n    if batch 1 fails: unchanged\n    steps 6–9: same as batch 1',
    );
  });

  it('say so where a batch is the whole pool', () => {
    const text = shown(rolled({ batches: [{ kind: 'count', servers: 4 }] }), 'en');
    expect(text).toContain('(canary, not observed, at least 0 of 4 stay in the pool)');
    expect(text).toContain('step 8: switched back: the pool is empty, so all servers at once');
    const mixed = shown(rolled({ batches: [ONE, HALF] }, 3, 1), 'en');
    expect(mixed).toContain('at least 0 of 1 stay in the pool');
  });

  it('say what runs at once in a step', () => {
    expect(shown(rolled({}), 'en')).toMatch(/ 6\. \S+ \[all servers of a batch at once\]/u);
    expect(shown(rolled({}), 'zh')).toMatch(/ 7\. \S+ \[同批服务器同时\]/u);
    const early = rolled({ from: 7 });
    expect(shown(early, 'en')).toMatch(/ 6\. \S+ \[all servers at once\]/u);
  });

  it('are bounded, however many servers there are', () => {
    const text = shown(rolled({}, 200), 'en');
    expect(text).toContain('steps 6–9 run in 200 batches');
    expect(text).toContain('  … and 188 more batches');
    const wide = shown(rolled({ batches: [{ kind: 'count', servers: 100 }] }, 200), 'zh');
    expect(wide).toContain('app-server-8 等 100 台');
  });

  it('are none where all go at once', () => {
    const run = resolvedRun({ servers: ['a', 'b'] });
    expect(shown(run, 'en')).toContain(
      '\nbatches: none; 2 servers at once, out of 2 in the pool\n',
    );
    expect(shown({ ...run, poolSize: 3 }, 'zh')).toContain(
      '\n批次：不分批，2 台同时进行（负载均衡共 3 台）\n',
    );
  });
});
