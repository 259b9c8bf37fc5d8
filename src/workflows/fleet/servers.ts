/** Around the steps that change servers: the lock, the look at what runs, the finish. */

import { ApplicationFailure } from '@temporalio/workflow';
import { OPERATIONS } from '../../actions/index.ts';
import { repairs } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import { lastOnServers } from '../../plan/failure/order.ts';
import type { ServerBefore } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { askApproval } from '../decisions/approval.ts';
import { approvalOf } from '../decisions/approvers.ts';
import { askAboutLostLock } from '../decisions/lost-lock.ts';
import {
  type AskingParts,
  type BackgroundPart,
  type DecisionsPart,
  type FleetParts,
  type PinnedPart,
  type TolerantParts,
} from '../run.ts';
import { warn } from '../showing/status.ts';
import { messageOf, StepFailure } from '../steps/failure.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';
import { deployedOn } from './as-left.ts';
import { keepUntouchedOut, settleExclusions } from './excluded.ts';
import { letGo, startGuard } from './pool-guard.ts';
import { prefetch } from './prefetch.ts';
import { probeServers } from './probe.ts';
import { serversInRun, widenScope } from './scope.ts';
import { giveUpLock, takeLock, underLock } from './under-lock.ts';
import { watchOver } from './watch.ts';

/** Times that an approval is asked for one request, the first included. */
const APPROVAL_ROUNDS = 3;

/**
 * Takes the lock and looks at the servers. Where another version runs than the approvers saw, the
 * lock is given back and the approval asked again: nobody waits for the lock behind an approval.
 */
export async function enterServers(
  run: TolerantParts & AskingParts & PinnedPart,
  step: number,
): Promise<void> {
  await prefetch(run, step);
  for (let round = 1; ; round += 1) {
    await takeLock(run, step, (failure, isOver) => askAboutLostLock(run, failure, isOver));
    const watched = watchOver(run, step);
    const before = await underLock(run, 'step', () => probeServers(run, step));
    const changes = differences(run, before);
    if (changes.length === 0) {
      await watched;
      run.before = before;
      widenScope(run);
      startGuard(run, step);
      keepUntouchedOut(run, step);
      return;
    }
    const isRepair = repairs(run.plan);
    // Released, the environment would count as repaired.
    if (!isRepair) await giveUpLock(run);
    const approval = approvalOf(run.plan);
    if (approval === undefined) {
      throw ApplicationFailure.nonRetryable('no approval step', 'INTERNAL');
    }
    const note = say(
      run.ref,
      `审批后版本已变化：${changes.join('；')}`,
      `the running version changed after the approval: ${changes.join('; ')}`,
    );
    if (isRepair || round >= APPROVAL_ROUNDS)
      throw new StepFailure(step, 'failed', 'APPROVAL_STALE', note);
    warn(run, note);
    run.approvedAgainst = before;
    await askApproval(run, approval, [note]);
  }
}

/** The servers run the new version for good; the next run may begin. */
export async function leaveServers(run: FleetParts & PinnedPart & BackgroundPart): Promise<void> {
  if (run.lock === null) return;
  run.lock.ask = null;
  const step = lastOnServers(run.plan);
  await settleExclusions(run);
  if (step !== undefined) await finishServers(run, step);
  run.background.push(letGo(run));
}

/** After success: restart policies, and the old releases go. The deployment is good whatever fails. */
async function finishServers(run: FleetParts & PinnedPart, step: number): Promise<void> {
  const project = sectionsOf(run.resolved.settings, OPERATIONS.finishServer);
  const phrase = say(run.ref, '收尾', 'finish');
  await Promise.all(
    serversInRun(run).map(async (server) => {
      try {
        await underLock(run, 'step', () =>
          system.finishServer.executeWithOptions(
            { ...beats(run.resolved.settings), summary: summaryOf(step, server, phrase) },
            [
              {
                run: run.ref,
                seal: sealFor(run.resolved.proof, 'finishServer'),
                server,
                image: run.image ?? null,
                project,
              },
            ],
          ),
        );
      } catch (error) {
        warn(run, `${server} ${phrase}: ${messageOf(error)}`);
      }
    }),
  );
}

/**
 * Servers where another release was deployed than when the approval was asked for. One that has died
 * since, or come back, is the same still: what the approvers saw may be just what they want mended.
 */
function differences(
  { approvedAgainst: approved }: DecisionsPart,
  now: ReadonlyMap<string, ServerBefore>,
): readonly string[] {
  if (approved === null) return [];
  return [...now].flatMap(([server, before]) => {
    const then = deployedOn(approved.get(server));
    const there = deployedOn(before);
    if (then?.digest === there?.digest) return [];
    return [`${server} ${then?.version ?? '–'} → ${there?.version ?? '–'}`];
  });
}
