import type { PlanStep } from '../plan/plan.ts';
import { ACTIONS } from './definitions.ts';
import type { ActionId } from './ids.ts';

/** Whether a step changes servers: one of its tasks has something to be undone. */
export function changesServers(step: PlanStep): boolean {
  if (step.kind !== 'action' && step.kind !== 'parallel') return false;
  return step.tasks.some((task) => ACTIONS[task.action].compensation !== undefined);
}

/** Whether one of a step's tasks is this action. */
export function performs(step: PlanStep, action: ActionId): boolean {
  return 'tasks' in step && step.tasks.some((task) => task.action === action);
}
