/** The seed's plan with steps 6 to 9 in batches. */
import type { Json, Plan, RollingRule } from '../../src/plan/plan.ts';
import type { ResolvedRun } from '../../src/plan/run.ts';
import { compiledSeed } from './compiled-seed.ts';
import { type RequestOptions, resolvedRun } from './resolved-run.ts';

export const FOUR = ['app-server-1', 'app-server-2', 'app-server-3', 'app-server-4'];

/** One server first, then half of them at a time. */
export function rollingPlan(rule: Partial<RollingRule> = {}): Plan {
  const rolling: RollingRule = {
    from: 6,
    to: 9,
    batches: [
      { kind: 'count', servers: 1 },
      { kind: 'percent', percent: 50 },
    ],
    pauseSeconds: 60,
    failureBudget: 0,
    minimumInPoolPercent: 0,
    observeSeconds: 30,
    ...rule,
  };
  return { ...compiledSeed(), rolling };
}

/** A resolved request to development, which needs no approval, on four servers. */
export function rollingRun(
  rule: Partial<RollingRule> = {},
  parameters: Readonly<Record<string, Json>> = {},
  options: RequestOptions = {},
): ResolvedRun {
  const filled = { environment: 'development', servers: FOUR, ...parameters };
  const resolved = resolvedRun(filled, { plan: rollingPlan(rule), ...options });
  return { ...resolved, rollingFrom: 'template' };
}
