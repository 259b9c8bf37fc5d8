import { say } from '../../diagnostics/language.ts';
import { type RunIdentity } from '../run.ts';
import { local, summaryOf } from '../tasks/activities.ts';

/** Other requests for this service and environment that wait for an approval. */
export async function findPending(run: RunIdentity, step: number): Promise<readonly string[]> {
  const phrase = say(run.ref, '检查待处理的审批请求', 'look for pending approval requests');
  return local.findPendingApprovals.executeWithOptions({ summary: summaryOf(step, null, phrase) }, [
    { run: run.ref },
  ]);
}
