/** Which steps are run: branches and skip rules, for the run itself and for whoever looks ahead. */
import { isTrue, type Scope } from './evaluate.ts';
import type { Branch, ConditionStep, Json, PlanStep } from './plan.ts';

/** The first branch that holds; null: none does, so that the next step follows. */
export function branchTaken(step: ConditionStep, scope: Scope): Branch | null {
  return step.branches.find(({ when }) => when === null || isTrue(when, scope)) ?? null;
}

/** The steps that a branch names, and those between its step and the one that it goes on with. */
export function skippedByBranch(
  steps: readonly PlanStep[],
  { number }: ConditionStep,
  { skip, goTo }: Branch,
): readonly number[] {
  if (goTo === null) return skip;
  const order = steps.map((each) => each.number);
  const between = order.slice(order.indexOf(number) + 1, Math.max(0, order.indexOf(goTo)));
  return [...skip, ...between];
}

/** Whether one of a step's own skip rules holds. */
export function isSkippedByRule(step: PlanStep, scope: Scope): boolean {
  return step.skipWhen.some((expression) => isTrue(expression, scope));
}

/**
 * The steps that are run with these parameters, in their order.
 * @param left numbers of steps that a request leaves out
 */
export function stepsTaken(
  steps: readonly PlanStep[],
  parameters: Readonly<Record<string, Json>>,
  left: readonly number[] = [],
): readonly PlanStep[] {
  const variables: Record<string, Json> = {};
  const scope = { parameters, variables };
  const skipped = new Set(left);
  return steps.filter((step) => {
    if (skipped.has(step.number) || isSkippedByRule(step, scope)) return false;
    const branch = step.kind === 'condition' ? branchTaken(step, scope) : null;
    if (step.kind !== 'condition' || branch === null) return true;
    for (const { variable, value } of branch.set) variables[variable] = value;
    for (const number of skippedByBranch(steps, step, branch)) skipped.add(number);
    return true;
  });
}
