/** The live status: what the query answers, the current details show and search attributes name. */
import {
  CancellationScope,
  condition,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { ResolvedRun, RunRef } from '../../plan/run.ts';
import type { PoolState } from '../fleet/availability.ts';
import type { RunStatus, StepState } from '../messages.ts';
import { type Draft, presentationOf, type ShownPart, stepStatus } from '../run.ts';
import { runSheetMarkdown } from './runsheet-markdown.ts';

type StatusDraft = Draft<RunStatus>;

/** The status before the template has been read: the run's language is not known yet. */
export function newStatus(requestId: string): StatusDraft {
  const { workflowId, workflowType } = workflowInfo();
  return {
    workflowId,
    requestId,
    templateId: workflowType,
    planDigest: '',
    service: '',
    environment: '',
    version: '',
    language: 'en',
    title: workflowType,
    requestedBy: '',
    outcome: 'running',
    activity: 'reading the template',
    // The first task's time: a run that was told to begin later has not run since its start.
    startedAtMs: Date.now(),
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
    needsAttention: null,
    questions: [],
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
    pool: resolved.settings.balancer.capabilities.pool ? 'unknown' : 'none',
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

/** To be called after every change of the status: shows it in current details and attributes. */
export function changed(run: ShownPart): void {
  run.status.withoutServiceMs = run.availability.withoutServiceMs(Date.now());
  run.searchAttributes.write({ status: run.status.outcome });
  run.outdated = true;
}

/**
 * Keeps the current details up to date from now on. The condition never holds: the SDK looks at it at
 * the end of each activation, so that what several results change together is rendered once.
 */
export function showDetails(run: ShownPart): void {
  const forever = CancellationScope.nonCancellable(() =>
    condition(() => {
      if (run.outdated) setCurrentDetails(runSheetMarkdown(run.status));
      run.outdated = false;
      return false;
    }),
  );
  void forever.catch(() => undefined);
}

export function enterStep(run: ShownPart, step: number, state: 'running' | 'waiting'): void {
  const shown = stepStatus(run, step);
  shown.state = state;
  shown.startedAtMs ??= Date.now();
  shown.finishedAtMs = null;
  run.status.activity = `${step} ${shown.title}`;
  run.searchAttributes.write({ step });
  changed(run);
}

export function leaveStep(run: ShownPart, step: number, state: StepState, note = ''): void {
  const shown = stepStatus(run, step);
  shown.state = state;
  shown.note = note === '' ? shown.note : note;
  if (shown.startedAtMs !== null) shown.finishedAtMs = Date.now();
  changed(run);
}

/** Notes what a server does, runs, or where it stands in the pool. */
export function noteServer(
  run: ShownPart,
  server: string,
  note: { version?: string | null; pool?: PoolState; doing?: string; excluded?: string },
): void {
  const shown = run.status.servers[run.serverIndex.get(server) ?? -1];
  if (shown === undefined) return;
  Object.assign(shown, note);
  const standing = standingAfter(shown.pool, note);
  if (standing !== null) run.availability.note(server, standing, Date.now());
}

/** Where there is no pool, a server serves as long as the service runs there; null: nothing new. */
function standingAfter(
  shown: PoolState,
  { pool, version }: { version?: string | null; pool?: PoolState },
): PoolState | null {
  if (shown !== 'none') return pool === undefined || pool === 'unknown' ? null : pool;
  if (version === undefined) return null;
  return version === null ? 'out' : 'in';
}

export function warn(run: ShownPart, warning: string): void {
  run.status.warnings.push(warning);
  changed(run);
}
