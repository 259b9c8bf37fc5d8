/**
 * The interpreter: runs the plan that a template compiled to. It is the bundle's dynamic workflow, so
 * every template id is a workflow type. Reads like the life of a run: begin, go through the steps,
 * and end, well or badly, never in silence.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  uuid4,
} from '@temporalio/workflow';
import type { Json } from '../plan/plan.ts';
import { beginRun } from './beginning/begin.ts';
import { DecisionDesk } from './decisions/desk.ts';
import { type Answers, setHandlers } from './decisions/handlers.ts';
import type { BackgroundPart, Run } from './run.ts';
import { type RunResult, succeed } from './showing/ending.ts';
import { newStatus } from './showing/status.ts';
import { runSteps } from './steps/sequence.ts';
import { fail } from './undo/fail.ts';

export async function interpreter(...inputs: Json[]): Promise<RunResult> {
  const status = newStatus(uuid4());
  const desk = new DecisionDesk(status);
  const answers: Answers = { status, desk, afterwards: desk.beside(), plan: null };
  setHandlers(answers);
  const run = await begin(answers, inputs);
  const failure = await runSteps(run);
  const error = failure === null ? null : await fail(run, failure);
  await settle(run);
  if (error !== null) throw error;
  return succeed(run);
}

/** A request that cannot be resolved ends at once: nothing was done. */
async function begin(answers: Answers, inputs: readonly Json[]): Promise<Run> {
  try {
    return await beginRun(answers, inputs);
  } catch (error) {
    answers.status.outcome = isCancellation(error) ? 'cancelled' : 'failed';
    answers.status.finishedAtMs = Date.now();
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    throw error;
  }
}

/** Waits for notices under way and for every caller that still expects an answer. */
async function settle(run: BackgroundPart): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    await Promise.all(run.background);
    await condition(allHandlersFinished);
  });
}
