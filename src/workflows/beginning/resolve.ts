/** The request that a run starts from: read once, by a local activity, and pinned. */
import { ApplicationFailure, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { ResolvePlanInput } from '../../activities/contract.ts';
import type { Json } from '../../plan/plan.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import { messageOf, typeOf } from '../steps/failure.ts';
import { local } from '../tasks/activities.ts';

/** The request with its plan, checked and pinned. @throws ApplicationFailure, as resolvePlan's contract says. */
export async function resolveRequest(
  templateId: string,
  inputs: readonly Json[],
  about: Pick<ResolvePlanInput, 'requestId' | 'bounds'>,
): Promise<ResolvedRun> {
  const { workflowId } = workflowInfo();
  try {
    return await local.resolvePlan.executeWithOptions({ summary: templateId }, [
      { templateId, workflowId, inputs, ...about },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw ApplicationFailure.create({
      message: messageOf(error),
      type: typeOf(error),
      nonRetryable: true,
    });
  }
}
