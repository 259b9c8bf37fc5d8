/** One executor a step kind: a kind without one does not compile. */
import type { PlanStep, StepKind } from '../../plan/plan.ts';
import type { Run } from '../run.ts';
import { runActionStep } from './action.ts';
import { runApprovalStep } from './approval.ts';
import { runConditionStep } from './condition.ts';
import { runParallelStep } from './parallel.ts';

type StepOf<Kind extends StepKind> = Extract<PlanStep, { readonly kind: Kind }>;
type Executors = { readonly [Kind in StepKind]: (run: Run, step: StepOf<Kind>) => Promise<void> };

const EXECUTORS: Executors = {
  action: runActionStep,
  condition: runConditionStep,
  approval: runApprovalStep,
  parallel: runParallelStep,
};

/** Runs one step. @throws StepFailure or whatever else ends it. */
export function runStep<Kind extends StepKind>(run: Run, step: StepOf<Kind>): Promise<void> {
  const execute: Executors[Kind] = EXECUTORS[step.kind as Kind];
  return execute(run, step);
}
