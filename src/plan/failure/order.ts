/** The document's order: what is work, what tells how it ended, what goes batch by batch. */
import { changesServers, tasksIn, tells } from '../../actions/questions.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { rolledSteps } from '../rolling.ts';

type Steps = Pick<Plan, 'steps'>;
type Rolled = Pick<Plan, 'steps' | 'rolling'>;

/** Whether a step only tells people how the run ended, so that it also runs after a failure. */
export function isNotification(step: PlanStep): boolean {
  const tasks = tasksIn(step);
  return tasks.length > 0 && tasks.every((task) => tells(task.action));
}

/** Every step up to the last that does more than tell people; a step between them that only tells is one. */
export function workOf({ steps }: Steps): readonly PlanStep[] {
  return steps.slice(0, steps.findLastIndex((step) => !isNotification(step)) + 1);
}

/** Whether a step comes when the work is done and only tells how it went: the run has succeeded then. */
export function isTold(plan: Steps, number: number): boolean {
  return !workOf(plan).some((step) => step.number === number);
}

export function isRolled(plan: Rolled, step: PlanStep): boolean {
  return rolledSteps(plan).includes(step);
}

export function beginsRolling(plan: Rolled, step: PlanStep): boolean {
  return rolledSteps(plan)[0] === step;
}

export function isLastOnServers(plan: Steps, step: PlanStep): boolean {
  return step.number === lastOnServers(plan);
}

/** undefined: the plan changes no server. */
export function lastOnServers({ steps }: Steps): number | undefined {
  return steps.findLast((step) => changesServers(step))?.number;
}
