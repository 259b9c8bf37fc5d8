/**
 * Whether a run was ended by somebody else while it held its lock, by what the Temporal server knows: who
 * has started whom, how each has ended. Nobody can tell a watch otherwise.
 */
import type { RunRef } from '../../plan/run.ts';
import type { Execution } from '../contract.ts';
import { isSame } from '../local/lock-queue.ts';
import type { TemporalAccess } from '../local/temporal.ts';

/** The run that has started a watch; null: nobody has, or it is no watch. */
export async function watchedBy(
  access: Pick<TemporalAccess, 'describe'>,
  watch: Execution,
): Promise<Execution | null> {
  const described = await access.describe(watch.workflowId, watch.runId);
  return described?.type === 'runWatch' ? described.startedBy : null;
}

/**
 * Terminated, or reset, and the lock not released: it may have ended in the middle of a change. Until
 * somebody else has taken the lock.
 */
export async function isLeftInTheMiddle(
  access: Pick<TemporalAccess, 'describe'>,
  { service, environment }: Pick<RunRef, 'service' | 'environment'>,
  run: Execution,
): Promise<boolean> {
  const ended = await access.describe(run.workflowId, run.runId);
  if (ended === null || ended.running || ended.wasTerminated !== true) return false;
  const lock = await access.describe(`runsheet-lock:${service}:${environment}`);
  if (lock === null || lock.type !== 'environmentLock' || lock.startedBy === null) return false;
  // Its own end follows that of its run.
  return isSame(lock.startedBy, run) && (lock.running || lock.wasCut);
}
