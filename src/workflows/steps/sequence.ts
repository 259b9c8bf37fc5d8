/** Goes through the steps in the document's order until the last or the first failure. */
import { CancellationScope } from '@temporalio/workflow';
import { changesServers } from '../../actions/questions.ts';
import {
  beginsRolling,
  isLastOnServers,
  isNotification,
  isRolled,
  workOf,
} from '../../plan/failure/order.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { pinSource } from '../beginning/pin-source.ts';
import { supersedeOthers } from '../beginning/supersede.ts';
import { decideAfterwards } from '../decisions/afterwards.ts';
import { refuseHeld } from '../fleet/lock-held.ts';
import { preflight } from '../fleet/preflight.ts';
import { runRolling } from '../fleet/rolling.ts';
import { isInBatch } from '../fleet/scope.ts';
import { enterServers, leaveServers } from '../fleet/servers.ts';
import { underLock } from '../fleet/under-lock.ts';
import {
  type ProgressPart,
  presentationOf,
  type Run,
  type RunIdentity,
  stepStatus,
} from '../run.ts';
import { enterStep, leaveStep, warn } from '../showing/status.ts';
import { takeFirst } from '../tasks/checkout.ts';
import { asStepFailure, type StepFailure } from './failure.ts';
import { judgeHandled, runHandled } from './handled.ts';
import { skipReason } from './skips.ts';

/** @returns the failure that ended the run; null: the deployment is done, whatever could not be told. */
export async function runSteps(run: Run): Promise<StepFailure | null> {
  try {
    await refuseHeld(run);
    await preflight(run);
    await supersedeOthers(run);
    await pinSource(run);
    await takeFirst(run);
    await runWork(run);
  } catch (error) {
    return asStepFailure(error, currentStep(run));
  }
  run.verdict = 'succeeded';
  await CancellationScope.nonCancellable(async () => {
    await leaveServers(run);
    await runNotifications(run);
  });
  await decideAfterwards(run, () => runNotifications(run, 'again'));
  return null;
}

async function runWork(run: Run): Promise<void> {
  const { plan } = run;
  for (const step of workOf(plan)) {
    if (!isRolled(plan, step)) await runUnlessSkipped(run, step);
    else if (beginsRolling(plan, step)) await runRolling(run, runUnlessSkipped);
  }
  await judgeAtTheEnd(run);
  // What was measured last is of this run's own release.
  await underLock(run, 'step', () => Promise.resolve());
}

/** Where no step changed servers, or the last that would was left out: the rules hold for the run all the same. */
async function judgeAtTheEnd(run: Run): Promise<void> {
  if (run.status.success !== undefined) return;
  const step = workOf(run.plan).findLast(
    ({ number }) => stepStatus(run, number).state === 'succeeded',
  );
  if (step === undefined) return;
  run.currentStep = step.number;
  await judgeHandled(run, step);
}

/** Tells how the run ended: every notification step that has not been taken up, each on its own. */
export async function runNotifications(run: Run, times: 'once' | 'again' = 'once'): Promise<void> {
  for (const step of run.plan.steps) {
    if (!isNotification(step) || (times === 'once' && run.attempted.has(step.number))) continue;
    if (times === 'again') stepStatus(run, step.number).tasks = [];
    try {
      await runUnlessSkipped(run, step);
    } catch (error) {
      const { message } = asStepFailure(error, step.number);
      leaveStep(run, step.number, 'failed', message);
      warn(run, `${step.number} ${presentationOf(run.plan, step.number).title}: ${message}`);
    }
  }
}

async function runUnlessSkipped(run: Run, step: PlanStep): Promise<void> {
  const { number } = step;
  run.attempted.add(number);
  run.currentStep = number;
  const why = skipReason(run, step);
  if (why !== null) return leaveStep(run, number, 'skipped', why);
  enterStep(run, number, 'running');
  if (changesServers(step) && run.lock === null) {
    await enterServers(run, number);
    enterStep(run, number, 'running');
  }
  const forgiven = await runHandled(run, step);
  if (forgiven !== null) return leaveStep(run, number, 'skipped', forgiven);
  if (step.kind === 'approval' && run.afterwards.asked !== null) return;
  // A batch's servers are judged together with all others, after the last batch.
  if (isInBatch(run)) return;
  if (isLastOnServers(run.plan, step)) await judgeHandled(run, step);
  leaveStep(run, number, 'succeeded');
}

/** The step that a failure belongs to: the last that was begun, else the first. */
function currentStep({ currentStep: begun, plan }: RunIdentity & ProgressPart): number {
  return begun ?? plan.steps[0]?.number ?? 0;
}
