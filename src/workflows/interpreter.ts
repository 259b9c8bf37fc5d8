/**
 * The interpreter: runs the plan that a template compiled to. It is the bundle's dynamic workflow, so
 * every template id is a workflow type. Reads like the life of a run: begin, go through the steps,
 * and end, well or badly, never in silence.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  patched,
  uuid4,
} from '@temporalio/workflow';
import type { Json } from '../plan/plan.ts';
import { type Beginning, beginRun } from './beginning/begin.ts';
import { DecisionDesk } from './decisions/desk.ts';
import { setHandlers } from './decisions/handlers.ts';
import type { Run } from './run.ts';
import { newStatus } from './showing/status.ts';
import { runSteps } from './steps/sequence.ts';
import { fail, type RunResult, succeed } from './undo/conclude.ts';

export async function interpreter(...inputs: Json[]): Promise<RunResult> {
  // Before the first local activity: a replay may learn of its result one task earlier (decision 23).
  const realServers = patched('real-servers');
  const judgesAlone = patched('judges-alone');
  const status = newStatus(uuid4());
  const desk = new DecisionDesk(status.refusals);
  const answers: Beginning = { status, desk, plan: null, realServers, judgesAlone };
  setHandlers(answers);
  const run = await begin(answers, inputs);
  const failure = await runSteps(run);
  const error = failure === null ? null : await fail(run, failure);
  await settle(run);
  if (error !== null) throw error;
  return succeed(run);
}

/** A request that cannot be resolved ends at once: nothing was done. */
async function begin(answers: Beginning, inputs: readonly Json[]): Promise<Run> {
  try {
    return await beginRun(answers, inputs);
  } catch (error) {
    answers.status.outcome = 'failed';
    answers.status.finishedAtMs = Date.now();
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    throw error;
  }
}

/** Waits for notices under way and for every caller that still expects an answer. */
async function settle(run: Run): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    await Promise.all(run.background);
    await condition(allHandlersFinished);
  });
}
