/** A run that does not wait: where another one holds its lock it fails, and has changed nothing. */
import { isCancellation } from '@temporalio/workflow';
import { changesServers } from '../../actions/questions.ts';
import type { LockLook } from '../../activities/contract.ts';
import { say } from '../../diagnostics/language.ts';
import type { RunIdentity } from '../run.ts';
import { StepFailure } from '../steps/failure.ts';
import { local } from '../tasks/activities.ts';

export function refuses({ resolved }: RunIdentity): boolean {
  return resolved.lock === 'refuse';
}

/**
 * Before anything is built: whoever does not wait need not begin. The lock is looked at again when it is
 * taken. @throws StepFailure LOCK_HELD
 */
export async function refuseHeld(run: RunIdentity): Promise<void> {
  const first = run.plan.steps[0];
  if (!refuses(run) || first === undefined || !run.plan.steps.some(changesServers)) return;
  const lockId = `runsheet-lock:${run.ref.service}:${run.ref.environment}`;
  let look: LockLook;
  try {
    look = await local.lookAtLock.executeWithOptions({ summary: lockId }, [{ lockId }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // It is looked at again before the first change.
    return;
  }
  if (!look.isFree || look.ahead > 0) throw lockHeld(run, first.number, look);
}

/** LOCK_HELD: by whom, and since when. */
export function lockHeld({ ref }: RunIdentity, step: number, look: LockLook): StepFailure {
  const place = `${ref.service}/${ref.environment}`;
  const { holder, heldSinceMs, ahead } = look;
  const since = heldSinceMs === null ? '?' : new Date(heldSinceMs).toISOString();
  const message =
    holder === null
      ? say(
          ref,
          `${ahead} 张发布单在排队等待 ${place} 的锁，本发布单不等待`,
          `${ahead} runs are queued for the lock of ${place}, and this one does not wait`,
        )
      : say(
          ref,
          `${place} 的锁由发布单 ${holder} 持有（自 ${since}），本发布单不等待`,
          `the run ${holder} has held the lock of ${place} since ${since}, and this one does not wait`,
        );
  return new StepFailure(step, 'failed', 'LOCK_HELD', message);
}
