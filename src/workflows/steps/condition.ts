/** A condition step: the first branch that holds sets variables and leaves steps out. */

import { say } from '../../diagnostics/language.ts';
import { branchTaken, skippedByBranch } from '../../plan/branching.ts';
import { evaluate } from '../../plan/evaluate.ts';
import type { Branch, ConditionStep } from '../../plan/plan.ts';
import { type BranchesPart, type RunIdentity, type ShownPart, stepStatus } from '../run.ts';
import { findPending } from './pending-approvals.ts';

export async function runConditionStep(
  run: RunIdentity & ShownPart & BranchesPart,
  step: ConditionStep,
): Promise<void> {
  const scope = { parameters: run.resolved.parameters, variables: run.variables };
  const branch = branchTaken(step, scope);
  if (branch === null) {
    stepStatus(run, step.number).note = say(
      run.ref,
      '没有分支成立，继续下一步',
      'no branch holds, going on',
    );
    return;
  }
  for (const { variable, value } of branch.set) run.variables[variable] = value;
  for (const number of skippedByBranch(run.plan.steps, step, branch)) {
    const why = say(
      run.ref,
      `步骤${step.number}的分支跳过`,
      `skipped by the branch of step ${step.number}`,
    );
    run.branchSkips.set(number, why);
  }
  stepStatus(run, step.number).note = describe(run, step, branch);
  if (branch.lookForPendingApprovals) run.pendingApprovals = await findPending(run, step.number);
}

function describe(run: RunIdentity & BranchesPart, step: ConditionStep, branch: Branch): string {
  const index = step.branches.indexOf(branch);
  const word = branch.when === null ? 'else' : index === 0 ? 'if' : 'elif';
  const scope = { parameters: run.resolved.parameters, variables: run.variables };
  const holds = branch.when === null ? '' : ` = ${String(evaluate(branch.when, scope))}`;
  const set = branch.set.map(({ variable, value }) => `${variable} = ${String(value)}`);
  return [`${word}${holds}`, ...set].join(', ');
}
