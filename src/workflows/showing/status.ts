/** The live status: what the query answers, the current details show and search attributes name. */
import {
  CancellationScope,
  condition,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { Effect } from '../../actions/define.ts';
import type { ResolvedRun, RunRef, ServerBefore } from '../../plan/run.ts';
import { type PoolState, standing } from '../fleet/availability.ts';
import type { RunStatus, StepState } from '../messages.ts';
import { type Draft, presentationOf, type Run, stepStatus } from '../run.ts';
import { runSheetMarkdown } from './runsheet-markdown.ts';

export type StatusDraft = Draft<RunStatus>;
export type TaskDraft = Draft<RunStatus>['steps'][number]['tasks'][number];

/** The status before the template has been read. */
export function newStatus(requestId: string): StatusDraft {
  const { workflowId, workflowType, startTime } = workflowInfo();
  return {
    workflowId,
    requestId,
    templateId: workflowType,
    planDigest: '',
    service: '',
    environment: '',
    version: '',
    language: 'zh',
    title: workflowType,
    requestedBy: '',
    outcome: 'running',
    activity: '读取模板 · reading the template',
    startedAtMs: startTime.getTime(),
    finishedAtMs: null,
    steps: [],
    servers: [],
    preflight: null,
    batch: null,
    approval: null,
    failure: null,
    rollback: [],
    warnings: [],
    refusals: [],
    withoutServiceMs: 0,
    needsPerson: null,
  };
}

/** Fills in what the resolved request says. */
export function describeRun(status: StatusDraft, resolved: ResolvedRun, ref: RunRef): void {
  const { plan } = resolved;
  Object.assign(status, {
    templateId: plan.templateId,
    planDigest: resolved.planDigest,
    service: ref.service,
    environment: ref.environment,
    version: ref.version,
    language: ref.language,
    title: plan.presentation.title || plan.templateId,
    requestedBy: ref.requestedBy,
    activity: '',
  });
  status.warnings.push(...resolved.warnings);
  status.servers = resolved.servers.map((name) => ({
    name,
    version: null,
    pool: 'unknown',
    doing: '',
  }));
  status.steps = plan.steps.map((step) => ({
    number: step.number,
    title: presentationOf(plan, step.number).title,
    kind: step.kind,
    state: 'pending',
    startedAtMs: null,
    finishedAtMs: null,
    note: '',
    criteria: [],
    tasks: [],
  }));
}

/** Runs whose current details are older than their status. */
const outdated = new WeakSet<Run>();

/** To be called after every change of the status: shows it in current details and attributes. */
export function changed(run: Run): void {
  run.status.withoutServiceMs = run.availability.withoutServiceMs(Date.now());
  run.searchAttributes.write({ status: run.status.outcome });
  outdated.add(run);
}

/**
 * Keeps the current details up to date from now on. The condition never holds: the SDK looks at it at
 * the end of each activation, so that what several results change together is rendered once.
 */
export function showDetails(run: Run): void {
  const forever = CancellationScope.nonCancellable(() =>
    condition(() => {
      if (outdated.delete(run)) setCurrentDetails(runSheetMarkdown(run.status));
      return false;
    }),
  );
  void forever.catch(() => undefined);
}

export function enterStep(run: Run, step: number, state: 'running' | 'waiting'): void {
  const shown = stepStatus(run, step);
  shown.state = state;
  shown.startedAtMs ??= Date.now();
  shown.finishedAtMs = null;
  run.status.activity = `${step} ${shown.title}`;
  run.searchAttributes.write({ step });
  changed(run);
}

export function leaveStep(run: Run, step: number, state: StepState, note = ''): void {
  const shown = stepStatus(run, step);
  shown.state = state;
  shown.note = note === '' ? shown.note : note;
  if (shown.startedAtMs !== null) shown.finishedAtMs = Date.now();
  changed(run);
}

/** Notes what a server does, runs, or where it stands in the pool. */
export function noteServer(
  run: Run,
  server: string,
  note: { version?: string | null; pool?: PoolState; doing?: string; leftOut?: string },
): void {
  const shown = run.status.servers[run.serverIndex.get(server) ?? -1];
  if (shown === undefined) return;
  Object.assign(shown, note);
  if (note.pool !== undefined && note.pool !== 'unknown') {
    run.availability.note(server, note.pool, Date.now());
  }
}

/** Notes what a success means for a server. */
export function noteEffect(run: Run, effect: Effect, server: string): void {
  const before = run.before.get(server);
  noteServer(run, server, {
    ...(effect.pool !== undefined && { pool: poolAfter(effect.pool, before) }),
    ...(effect.version !== undefined && { version: versionAfter(run, effect.version, before) }),
  });
}

/** An operator's own maint stays, so such a server takes no traffic whatever a run does. */
function poolAfter(pool: NonNullable<Effect['pool']>, before: ServerBefore | undefined): PoolState {
  if (pool === 'before' || before?.pool === 'none') return standing(before);
  return before?.pool === 'maint' ? 'out' : pool;
}

function versionAfter(
  run: Run,
  version: NonNullable<Effect['version']>,
  before: ServerBefore | undefined,
): string | null {
  switch (version) {
    case 'new':
      return run.ref.version;
    case 'none':
      return null;
    case 'before':
      return before?.release?.version ?? null;
  }
}

export function warn(run: Run, warning: string): void {
  run.status.warnings.push(warning);
  changed(run);
}
