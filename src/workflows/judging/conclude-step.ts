/** What a step came to: every criterion with what was measured. */
import type { CriterionEvidence } from '../../plan/run.ts';
import { isEmptied } from '../fleet/scope.ts';
import { type InLanguage, stepStatus, type TolerantParts } from '../run.ts';
import { gatherTasks } from '../showing/fleet-tasks.ts';
import { StepFailure } from '../steps/failure.ts';
import { type TaskStep, tasksOf } from '../tasks/tasks-of-step.ts';
import { explainEvidence, judgeStep } from './criteria.ts';

/** Holds all criteria of a step against all that was measured, and keeps the evidence. */
export function concludeStep(run: TolerantParts, step: TaskStep): void {
  if (isEmptied(run)) return;
  const evidence = keepEvidence(run, step);
  const failed = evidence.filter((each) => !each.passed);
  if (failed.length > 0) throw criteriaFailure(run, step.number, failed, null);
}

/** Shows each criterion of a step with what has been measured so far. */
export function keepEvidence(run: TolerantParts, step: TaskStep): readonly CriterionEvidence[] {
  gatherTasks(run, step.number);
  const evidence = judgeStep(
    run,
    step,
    tasksOf(run, step).map((each) => each.task),
  );
  stepStatus(run, step.number).criteria = evidence.map((each) => ({ ...each }));
  return evidence;
}

/** @param server null: on all of them, or once for the run */
export function criteriaFailure(
  run: InLanguage,
  step: number,
  broken: readonly CriterionEvidence[],
  server: string | null,
): StepFailure {
  const sentences = broken.map((each) => explainEvidence(run, each)).join('; ');
  const place = server === null ? '' : `${server}: `;
  return new StepFailure(step, 'failed', 'CRITERION_FAILED', `${place}${sentences}`);
}
