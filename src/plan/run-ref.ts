import type { ResolvedRun, RunRef } from './run.ts';

/** What every activity of a run is told about it. */
export function refOf(
  { workflowId, requestId }: Pick<RunRef, 'workflowId' | 'requestId'>,
  resolved: ResolvedRun,
): RunRef {
  return {
    workflowId,
    requestId,
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
