/** A newer run that would take the place of this one, which waits for its approval. */
import { isCancellation } from '@temporalio/workflow';
import type { Judgement } from '../../activities/contract.ts';
import type { Successor, SuccessorJudgement } from '../../activities/supersede-contract.ts';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { RunIdentity } from '../run.ts';
import { messageOf } from '../steps/failure.ts';
import { local, summaryOf } from '../tasks/activities.ts';

/** By a local activity, as a decision is. @throws a cancellation */
export async function judgeSuccessor(
  run: RunIdentity,
  step: number,
  successor: Successor,
  isReplaceable: boolean,
): Promise<SuccessorJudgement> {
  if (!isReplaceable) {
    const reason = say(
      run.ref,
      '它已经更改了服务器，或持有锁',
      'it has changed servers, or holds the lock',
    );
    return { accepted: false, code: 'NOT_REPLACEABLE', reason };
  }
  const summary = summaryOf(step, null, `supersede ${successor.run.requestedBy}`);
  const seal = sealFor(run.resolved.proof, 'judgeSuccessor');
  try {
    return await local.judgeSuccessor.executeWithOptions({ summary }, [
      { run: run.ref, seal, successor },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { accepted: false, code: 'NOT_JUDGED', reason: messageOf(error) };
  }
}

/** What the newer run is told. */
export function acceptedSuccessor({ run }: Successor): Judgement {
  const vote = { person: run.requestedBy, name: run.requestedBy, role: '' };
  return { accepted: true, vote, quorumReached: true, missing: '' };
}
