/** Has a decision judged, by a local activity: its result cannot be completed from outside. */
import { isCancellation } from '@temporalio/workflow';
import type { JudgeInput, Judgement } from '../../activities/contract.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { RunIdentity } from '../run.ts';
import { messageOf } from '../steps/failure.ts';
import { local, summaryOf } from '../tasks/activities.ts';

/** A judge that fails refuses: nothing passes because a file could not be read. @throws a cancellation */
export async function judge(
  run: RunIdentity,
  input: Omit<JudgeInput, 'run' | 'seal'>,
  kind: string,
): Promise<Judgement> {
  const summary = summaryOf(input.step, null, `${kind} ${input.decision.by}`);
  try {
    return await local.judgeDecision.executeWithOptions({ summary }, [
      { run: run.ref, seal: sealFor(run.resolved.proof, 'judgeDecision'), ...input },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { accepted: false, code: 'NOT_JUDGED', reason: messageOf(error) };
  }
}
