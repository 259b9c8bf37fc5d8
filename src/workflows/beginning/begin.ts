/** The start of a run: everything that decides is read once and pinned. */
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { Json } from '../../plan/plan.ts';
import type { ResolvedRun, RunRef } from '../../plan/run.ts';
import { refOf } from '../../plan/sealed-work.ts';
import { type Answers, setHandlers } from '../decisions/handlers.ts';
import { Availability } from '../fleet/availability.ts';
import { FactBoard } from '../judging/facts.ts';
import type { Run } from '../run.ts';
import { announceMetrics } from '../showing/metrics.ts';
import { SearchAttributeWriter } from '../showing/search-attributes.ts';
import { changed, describeRun, showDetails } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { local } from '../tasks/activities.ts';
import { Saga } from '../undo/saga.ts';
import { resolveRequest } from './resolve.ts';

/** Resolves the request by local activities. @throws ApplicationFailure, as resolvePlan's contract says. */
export async function beginRun(answers: Answers, inputs: readonly Json[]): Promise<Run> {
  const { status } = answers;
  const { workflowType } = workflowInfo();
  const [resolved, attributes] = await Promise.all([
    resolveRequest(workflowType, inputs, { requestId: status.requestId, bounds: boundsOf() }),
    findSearchAttributes(),
  ]);
  const ref = refOf(status, resolved);
  answers.plan = resolved.plan;
  describeRun(status, resolved, ref);
  // Again, now that the run's language is known.
  setHandlers(answers);
  if (!attributes.registered && attributes.note !== '') {
    status.warnings.push(withoutAttributes(ref, attributes.note));
  }
  const run = newRun(answers, resolved, ref, new SearchAttributeWriter(attributes.registered));
  run.searchAttributes.write({
    service: ref.service,
    environment: ref.environment,
    version: ref.version,
    status: 'running',
    approval: 'none',
  });
  announceMetrics(run);
  showDetails(run);
  changed(run);
  return run;
}

function newRun(
  { status, desk, afterwards }: Answers,
  resolved: ResolvedRun,
  ref: RunRef,
  searchAttributes: SearchAttributeWriter,
): Run {
  return {
    ref,
    resolved,
    plan: resolved.plan,
    status,
    availability: new Availability(),
    searchAttributes,
    serverIndex: new Map(resolved.servers.map((server, index) => [server, index])),
    outdated: false,
    excluded: new Map(),
    saga: new Saga(),
    withCurrentSettings: new Set(),
    scope: { servers: resolved.servers, batch: null },
    before: new Map(),
    facts: new FactBoard(),
    lock: null,
    watch: null,
    guard: null,
    source: undefined,
    image: undefined,
    checkout: { place: null, done: [] },
    desk,
    decisions: [],
    afterwards: { desk: afterwards, asked: null, outcome: null },
    approvals: new Map(),
    approvedAgainst: null,
    peopleMs: 0,
    variables: {},
    branchSkips: new Map(),
    pendingApprovals: null,
    attempted: new Set(),
    done: new Set(),
    forgiven: new Set(),
    currentStep: null,
    verdict: null,
    background: [],
  };
}

/**
 * Options of the start that would end the run with its servers half changed, or start it again. The
 * `temporal` program sends no time-out as 0, and no schedule as an empty one.
 */
function boundsOf(): readonly string[] {
  const { executionTimeoutMs = 0, runTimeoutMs = 0, retryPolicy, cronSchedule } = workflowInfo();
  return [
    ...(executionTimeoutMs > 0 ? ['--execution-timeout'] : []),
    // A limit of the execution is the run's, too.
    ...(runTimeoutMs > 0 && executionTimeoutMs === 0 ? ['--run-timeout'] : []),
    ...(retryPolicy === undefined ? [] : ['retryPolicy']),
    ...((cronSchedule ?? '') === '' ? [] : ['--cron']),
  ];
}

/** A local activity fails with its cause itself. Without a yes nothing is written: an unknown attribute would block the run for good. */
async function findSearchAttributes(): Promise<{ registered: boolean; note: string }> {
  try {
    return await local.ensureSearchAttributes();
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { registered: false, note: messageOf(error) };
  }
}

function withoutAttributes(ref: RunRef, reason: string): string {
  return say(
    ref,
    `没有搜索属性，运行照常（${reason}）`,
    `the run goes on without search attributes (${reason})`,
  );
}
