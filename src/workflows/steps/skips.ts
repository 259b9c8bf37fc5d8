import { allLeftOut } from '../../actions/questions.ts';
import { say } from '../../diagnostics/language.ts';
import { isSkippedByRule } from '../../plan/branching.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { type BranchesPart, hasPool, type RunIdentity } from '../run.ts';
import { tasksOf } from '../tasks/tasks-of-step.ts';

/**
 * Why a step is left out: the request says so, a branch did, all of it is about a pool that there is
 * not, or a rule of its own; null: it is not.
 */
export function skipReason(run: RunIdentity & BranchesPart, step: PlanStep): string | null {
  const override = run.resolved.overrides.skip.find((each) => each.step === step.number);
  if (override !== undefined) {
    return say(
      run.ref,
      `请求跳过：${override.reason}`,
      `skipped by the request: ${override.reason}`,
    );
  }
  const branch = run.branchSkips.get(step.number);
  if (branch !== undefined) return branch;
  const isTask = step.kind === 'action' || step.kind === 'parallel';
  const tasks = isTask ? tasksOf(run, step).map(({ task }) => task) : [];
  const without = allLeftOut(tasks, hasPool(run));
  if (without !== null) return without[run.ref.language];
  const scope = { parameters: run.resolved.parameters, variables: run.variables };
  return isSkippedByRule(step, scope)
    ? say(run.ref, '符合跳过条件', 'its skip condition holds')
    : null;
}
