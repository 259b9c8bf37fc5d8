import type { ResolvedRun } from '../../src/plan/run.ts';

/** The same run, which settles on a version first: a repair, whatever else it does. */
export function repairing(run: ResolvedRun): ResolvedRun {
  const [first, ...others] = run.plan.steps;
  if (first?.kind !== 'action') throw new Error('the plan begins otherwise');
  const tasks = [{ action: 'release.settle' as const, settings: {} }];
  return { ...run, plan: { ...run.plan, steps: [{ ...first, tasks, criteria: [] }, ...others] } };
}
