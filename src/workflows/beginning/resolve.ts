/** The request that a run starts from: read once, by a local activity, and pinned. */
import { ApplicationFailure, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../plan/plan.ts';
import type { ResolvedRun, RunRef } from '../../plan/run.ts';
import { messageOf, typeOf } from '../steps/failure.ts';
import { local } from '../tasks/activities.ts';

/** The request with its plan, checked and pinned. @throws ApplicationFailure, as resolvePlan's contract says. */
export async function resolveRequest(
  templateId: string,
  inputs: readonly Json[],
): Promise<ResolvedRun> {
  const { workflowId } = workflowInfo();
  try {
    return await local.resolvePlan.executeWithOptions({ summary: templateId }, [
      { templateId, workflowId, inputs },
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

/** What every activity of a run is told about it. */
export function refOf(
  status: Pick<RunRef, 'workflowId' | 'requestId'>,
  resolved: ResolvedRun,
): RunRef {
  return {
    workflowId: status.workflowId,
    requestId: status.requestId,
    project: resolved.project,
    service: resolved.service,
    environment: resolved.environment,
    version: resolved.version,
    templateId: resolved.plan.templateId,
    planDigest: resolved.planDigest,
    requestedBy: resolved.requestedBy,
    language: resolved.language,
  };
}
