/** Watches over the pool while the run changes it: a balancer that starts anew forgets what it was told. */

import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import { OPERATIONS } from '../../actions/index.ts';
import { repairs } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type FleetParts, type LockPart, type RunIdentity } from '../run.ts';
import { warn } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { guards, summaryOf } from '../tasks/activities.ts';
import { serversInRun } from './scope.ts';
import { giveUpLock, isRefusal, underLock } from './under-lock.ts';

/**
 * From the lock until the servers are done, in front of a balancer that forgets what it was told when it
 * starts anew, and shows that it has.
 */
export function startGuard(run: FleetParts, step: number): void {
  const { reload } = run.resolved.settings.balancer.capabilities;
  if (run.guard !== null || reload !== 'detected') return;
  // Not cancelled with the run: the undo that follows is guarded too.
  const shield = new CancellationScope({ cancellable: false });
  const watch = new CancellationScope({ cancellable: true, parent: shield });
  const ended = watch.run(() => guard(run, step));
  run.guard = {
    stop() {
      watch.cancel();
      return ended;
    },
  };
}

/** The servers are done: the guard ends, then the lock is given up. Never throws. */
export async function letGo(run: LockPart): Promise<void> {
  await stopGuard(run);
  await giveUpLock(run);
}

/**
 * After a failure. A repair that failed has repaired nothing: its lock is not released but ends with it,
 * so that only another repair begins there.
 */
export async function letGoFailed(run: LockPart & RunIdentity): Promise<void> {
  if (!repairs(run.plan)) return letGo(run);
  await stopGuard(run);
}

async function stopGuard(run: LockPart): Promise<void> {
  const held = run.guard;
  run.guard = null;
  if (held !== null) await held.stop();
}

async function guard(run: FleetParts, step: number): Promise<void> {
  const phrase = say(run.ref, '守护负载均衡池', 'guard the pool');
  const project = sectionsOf(run.resolved.settings, OPERATIONS.guardPool);
  try {
    await underLock(run, 'step', async () => {
      const { evidence } = await guards.guardPool.executeWithOptions(
        { summary: summaryOf(step, null, phrase) },
        [
          {
            run: run.ref,
            seal: sealFor(run.resolved.proof, 'guardPool'),
            servers: serversInRun(run),
            project,
          },
        ],
      );
      for (const line of evidence) warn(run, line);
      // Its cancellation is a success; where the lock was lost, it guards on once that is held again.
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure(phrase);
    });
  } catch (error) {
    if (!isCancellation(error) && !isRefusal(error)) warn(run, `${phrase}: ${messageOf(error)}`);
  }
}
