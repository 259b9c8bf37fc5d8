/** What a step of the plan consists of in this run. */
import type { ActionStep, ParallelStep, Task } from '../../plan/plan.ts';
import { presentationOf, type RunIdentity } from '../run.ts';

export type TaskStep = ActionStep | ParallelStep;

/** A step's own tasks and those that the request adds, in that order, with their phrases. */
export function tasksOf(
  run: RunIdentity,
  step: TaskStep,
): readonly { task: Task; phrase: string }[] {
  const phrases = presentationOf(run.plan, step.number).tasks;
  const own = step.tasks.map((task, index) => ({ task, phrase: phrases[index] ?? task.action }));
  const added = run.resolved.overrides.add
    .filter((each) => each.step === step.number)
    .map((each) => ({ task: each.task, phrase: each.phrase }));
  return [...own, ...added];
}
