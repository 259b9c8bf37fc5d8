/** The start of a run: everything that decides is read once and pinned. */
import { ApplicationFailure, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../plan/plan.ts';
import type { ResolvedRun, RunRef } from '../../plan/run.ts';
import type { Answers } from '../decisions/handlers.ts';
import { Availability } from '../fleet/availability.ts';
import { FactBoard } from '../judging/facts.ts';
import type { RunStatus } from '../messages.ts';
import type { Draft, Run } from '../run.ts';
import { SearchAttributeWriter } from '../showing/search-attributes.ts';
import { changed, describeRun, showDetails } from '../showing/status.ts';
import { messageOf, typeOf } from '../steps/failure.ts';
import { local } from '../tasks/activities.ts';
import { Saga } from '../undo/saga.ts';

export interface Beginning extends Answers {
  /** See Run.realServers. */
  readonly realServers: boolean;
  /** See Run.judgesAlone. */
  readonly judgesAlone: boolean;
  readonly status: Draft<RunStatus>;
}

/** Resolves the request by local activities. @throws ApplicationFailure, as resolvePlan's contract says. */
export async function beginRun(answers: Beginning, inputs: readonly Json[]): Promise<Run> {
  const { status, desk } = answers;
  const { workflowType } = workflowInfo();
  const [resolved, attributes] = await Promise.all([
    resolveRequest(workflowType, inputs),
    searchAttributes(),
  ]);
  const ref = refOf(status, resolved);
  answers.plan = resolved.plan;
  describeRun(status, resolved, ref);
  if (attributes.note !== '') status.warnings.push(attributes.note);
  const run: Run = {
    ref,
    resolved,
    plan: resolved.plan,
    realServers: answers.realServers,
    judgesAlone: answers.judgesAlone,
    status,
    desk,
    facts: new FactBoard(),
    availability: new Availability(),
    searchAttributes: new SearchAttributeWriter(attributes.registered),
    variables: {},
    saga: new Saga(),
    serverIndex: new Map(resolved.servers.map((server, index) => [server, index])),
    leftOut: new Map(),
    branchSkips: new Map(),
    decisions: [],
    background: [],
    attempted: new Set(),
    currentStep: null,
    scope: { servers: resolved.servers, batch: null },
    source: undefined,
    image: undefined,
    before: new Map(),
    approvedAgainst: null,
    pendingApprovals: null,
    lock: null,
    guard: null,
    verdict: null,
    peopleMs: 0,
  };
  run.searchAttributes.write({
    service: ref.service,
    environment: ref.environment,
    version: ref.version,
    status: 'running',
    approval: 'none',
  });
  showDetails(run);
  changed(run);
  return run;
}

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

/** A local activity fails with its cause itself. Without a yes nothing is written: an unknown attribute would block the run for good. */
async function searchAttributes(): Promise<{ registered: boolean; note: string }> {
  try {
    return await local.ensureSearchAttributes();
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { registered: false, note: `search attributes: ${messageOf(error)}` };
  }
}

/** What every activity of a run is told about it. */
export function refOf(
  status: Pick<RunStatus, 'workflowId' | 'requestId'>,
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
