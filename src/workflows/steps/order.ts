/** The document's order: what is work, what tells how it ended, what goes batch by batch. */
import { changesServers, tasksIn, tells } from '../../actions/questions.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import { rolledSteps } from '../../plan/rolling.ts';

/** Whether a step only tells people how the run ended, so that it also runs after a failure. */
export function isNotification(step: PlanStep): boolean {
  const tasks = tasksIn(step);
  return tasks.length > 0 && tasks.every((task) => tells(task.action));
}

/** Every step up to the last that does more than tell people; a step between them that only tells is one. */
export function workOf({ steps }: Plan): readonly PlanStep[] {
  return steps.slice(0, steps.findLastIndex((step) => !isNotification(step)) + 1);
}

export function isRolled(plan: Plan, step: PlanStep): boolean {
  return rolledSteps(plan).includes(step);
}

export function beginsRolling(plan: Plan, step: PlanStep): boolean {
  return rolledSteps(plan)[0] === step;
}

export function isLastOnServers(plan: Plan, step: PlanStep): boolean {
  return step.number === lastOnServers(plan);
}

/** undefined: the plan changes no server. */
export function lastOnServers({ steps }: Plan): number | undefined {
  return steps.findLast((step) => changesServers(step))?.number;
}
