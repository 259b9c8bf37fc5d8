/** Claims the environment's lock: one run per service and environment changes servers. */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  ParentClosePolicy,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import { type HeldLock, type LockPart, type RunIdentity, type ShownPart } from '../run.ts';
import { changed } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { local, summaryOf } from '../tasks/activities.ts';
import type { environmentLock } from './environment-lock.ts';

/** Tries every 5 s at first, later every 5 minutes, so that a day of waiting stays a short history. */
const EAGER_SECONDS = 5;
const EAGER_ATTEMPTS = 60;
const PATIENT_SECONDS = 300;
const LIMIT_SECONDS = 24 * 3600;

/** Waits for the lock, shows who holds it, and keeps it in `run.lock`. */
export async function claimLock(
  run: RunIdentity & ShownPart & LockPart,
  step: number,
): Promise<void> {
  try {
    await waitForLock(run, step);
  } finally {
    delete run.status.lockWait;
  }
}

async function waitForLock(run: RunIdentity & ShownPart & LockPart, step: number): Promise<void> {
  const id = `runsheet-lock:${run.ref.service}:${run.ref.environment}`;
  const sinceMs = Date.now();
  let waitedSeconds = 0;
  for (let attempt = 0; waitedSeconds < LIMIT_SECONDS; attempt += 1) {
    run.lock = await tryClaim(run, id);
    if (run.lock !== null) return;
    const { broken, holder } = await breakIfStale(id);
    const pauseSeconds = broken ? 1 : attempt < EAGER_ATTEMPTS ? EAGER_SECONDS : PATIENT_SECONDS;
    const wait = say(
      run.ref,
      `等待锁 ${run.ref.service}/${run.ref.environment}（持有者：${holder ?? '?'}）`,
      `waits for the lock of ${run.ref.service}/${run.ref.environment}, held by ${holder ?? '?'}`,
    );
    run.status.activity = wait;
    // A lock that was broken is nobody's.
    run.status.lockWait = { holder: broken ? null : holder, sinceMs };
    changed(run);
    await sleep(pauseSeconds * 1000, { summary: summaryOf(step, null, wait) });
    waitedSeconds += pauseSeconds;
  }
  const message = say(run.ref, '等待锁超过 24 小时', 'waited more than 24 hours for the lock');
  throw new StepFailure(step, 'failed', 'LOCK_NOT_ACQUIRED', message);
}

/** Gives the lock up, where it is held. */
export async function releaseLock(run: LockPart): Promise<void> {
  const held = run.lock;
  run.lock = null;
  await held?.release();
}

/** Started and kept outside every cancellation: compensation still needs the lock. */
async function tryClaim(run: RunIdentity, id: string): Promise<HeldLock | null> {
  const { service, environment, workflowId, requestId, language } = run.ref;
  try {
    const child = await CancellationScope.nonCancellable(() =>
      startChild<typeof environmentLock>('environmentLock', {
        workflowId: id,
        args: [{ service, environment, holder: workflowId, requestId, language }],
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        // Another worker goes on with it so much later; its history is short.
        workflowTaskTimeout: '4 seconds',
        staticSummary: `${service}/${environment}: ${workflowId}`.slice(0, 120),
      }),
    );
    return heldLock(id, child);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

function heldLock(id: string, child: ChildWorkflowHandle<typeof environmentLock>): HeldLock {
  const ended = child.result().then(
    () => undefined,
    () => undefined,
  );
  return {
    id,
    release: () =>
      CancellationScope.nonCancellable(async () => {
        await child.signal('release').catch(() => undefined);
        await ended;
      }),
  };
}

async function breakIfStale(
  lockId: string,
): Promise<{ readonly broken: boolean; readonly holder: string | null }> {
  try {
    return await local.breakStaleLock.executeWithOptions({ summary: lockId }, [{ lockId }]);
  } catch {
    return { broken: false, holder: null };
  }
}
