/**
 * What an activity is told to do, as the worker that pinned the run has signed it. An activity does
 * nothing for anybody who cannot show this: not for one who reaches the Temporal frontend, nor for a
 * worker of somebody else's on the same queue.
 */
import { canonicalJson } from './canonical.ts';
import type { Json } from './plan.ts';
import type { ResolvedRun, RunProof, RunRef, WorkSeal } from './run.ts';
import type { ProjectSettings } from './settings.ts';

/** The part of an activity's input that is signed; servers and what was measured arise in the run. */
export interface ToldWork {
  readonly run: RunRef;
  readonly settings?: Readonly<Record<string, Json>>;
  readonly project?: Partial<ProjectSettings>;
}

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

/** @param settings of an action, as it is told them */
export function sealKey(activity: string, settings?: ToldWork['settings']): string {
  return settings === undefined ? activity : `${activity} ${canonicalJson(settings)}`;
}

/** The value that is signed, and verified from an activity's input. */
export function sealedWork(
  activity: string,
  runId: string,
  { run, settings, project }: ToldWork,
): object {
  return { activity, runId, run, settings, project };
}

/** The seal for an activity's input. @returns undefined where the run was resolved without */
export function sealFor(
  proof: RunProof | undefined,
  activity: string,
  settings?: ToldWork['settings'],
): WorkSeal | undefined {
  const signature = proof?.seals[sealKey(activity, settings)];
  return proof === undefined || signature === undefined
    ? undefined
    : { runId: proof.runId, ...signature };
}
