import { say } from '../../diagnostics/language.ts';
import { isSkippedByRule } from '../../plan/branching.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { type BranchesPart, type RunIdentity } from '../run.ts';

/** Why a step is left out: the request says so, a branch did, or a rule of its own; null: it is not. */
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
  const scope = { parameters: run.resolved.parameters, variables: run.variables };
  return isSkippedByRule(step, scope)
    ? say(run.ref, '符合跳过条件', 'its skip condition holds')
    : null;
}
