/** Every server, the balancer and the registry are looked at before anything is built. */
import { type ActionId, OPERATIONS } from '../../actions/index.ts';
import { actionsOf, changesServers } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { RollingRule } from '../../plan/plan.ts';
import type {
  PreflightCheck,
  PreflightResult,
  ResolvedRun,
  RunProof,
  RunRef,
} from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import type { PreflightFinding, PreflightStatus } from '../messages.ts';
import { type Draft, type ShownPart, type TolerantParts } from '../run.ts';
import { firstOf } from '../showing/many.ts';
import { changed, noteServer } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { beats, preflights, summaryOf } from '../tasks/activities.ts';
import { standing } from './availability.ts';
import { exclude, tolerates } from './excluded.ts';
import { withFloor } from './preflight-floor.ts';
import { slidingWindow } from './sliding-window.ts';

const AT_ONCE = 50;
const FINDINGS_SHOWN = 60;
const FAILURES_TOLD = 40;

export interface PreflightSubject {
  readonly ref: RunRef;
  readonly settings: ProjectSettings;
  readonly proof: RunProof | undefined;
  readonly servers: readonly string[];
  readonly rolling: RollingRule | undefined;
  /** The run's actions. */
  readonly does: readonly ActionId[];
  /** Stands in the summaries. */
  readonly step: number;
}

/** What the plan does and what the request adds to it. */
export function doneIn({ plan, overrides }: ResolvedRun): readonly ActionId[] {
  return [...new Set([...actionsOf(plan), ...overrides.add.map(({ task }) => task.action)])];
}

/** Looks at all of it at once, servers in a bounded number. Results in the order of the servers. */
export async function examine(subject: PreflightSubject): Promise<readonly PreflightResult[]> {
  const { ref, settings, proof, servers, does, step } = subject;
  const phrase = say(ref, '预检', 'preflight');
  const found = new Map<string, PreflightResult>();
  const shared = preflights.preflightShared.executeWithOptions(
    { ...beats(settings), summary: summaryOf(step, null, phrase) },
    [
      {
        run: ref,
        seal: sealFor(proof, 'preflightShared'),
        servers,
        does,
        project: sectionsOf(settings, OPERATIONS.preflightShared),
      },
    ],
  );
  const project = sectionsOf(settings, OPERATIONS.preflightServer);
  const each = slidingWindow(servers, AT_ONCE, async (server) => {
    const shown = { ...beats(settings), summary: summaryOf(step, server, phrase) };
    const seal = sealFor(proof, 'preflightServer');
    const input = { run: ref, seal, server, does, project };
    found.set(server, await preflights.preflightServer.executeWithOptions(shown, [input]));
  });
  const [common] = await Promise.all([shared, each]);
  return withFloor(subject, [...servers.flatMap((server) => found.get(server) ?? []), ...common]);
}

/**
 * @throws StepFailure PREFLIGHT_FAILED at the first step, with every failed check and what to do.
 * Servers that are out of reach are left out where the failure budget covers them.
 */
export async function preflight(run: TolerantParts): Promise<void> {
  const first = run.plan.steps[0];
  const { servers, settings } = run.resolved;
  if (first === undefined || servers.length === 0 || !run.plan.steps.some(changesServers)) return;
  const step = first.number;
  run.status.preflight = { state: 'running', servers: servers.length, findings: [], more: 0 };
  run.status.activity = say(run.ref, '预检服务器', 'looking at the servers');
  changed(run);
  const results = await examine({
    ref: run.ref,
    settings,
    proof: run.resolved.proof,
    servers,
    rolling: run.plan.rolling,
    does: doneIn(run.resolved),
    step,
  });
  for (const result of results) noteBefore(run, result);
  const failed = results.filter((result) => !isCovered(run, step, result)).flatMap(failedChecks);
  run.status.preflight = statusOf(results, failed.length === 0, servers.length);
  changed(run);
  if (failed.length > 0) {
    throw new StepFailure(
      step,
      'failed',
      'PREFLIGHT_FAILED',
      firstOf(failed, FAILURES_TOLD).join('; '),
    );
  }
}

/** A line for each failed check: where, and what to do. */
export function failedChecks({ subject, checks }: PreflightResult): readonly string[] {
  return checks.flatMap((check) =>
    check.state === 'failed' ? [`${subject}: ${check.name}: ${check.detail}`] : [],
  );
}

function noteBefore(run: ShownPart, { subject, before }: PreflightResult): void {
  if (before === undefined) return;
  const version = before.release?.version ?? null;
  noteServer(run, subject, { version, pool: standing(before) });
}

/** Whether a server is left out of the run because nothing could be asked there. */
function isCovered(
  run: TolerantParts,
  step: number,
  { subject, reachable, checks }: PreflightResult,
): boolean {
  if (reachable || !run.serverIndex.has(subject)) return false;
  const reason = new Error(checks.map((check) => check.detail).join('; '));
  if (!tolerates(run, step, subject, reason)) return false;
  exclude(run, step, subject, reason);
  return true;
}

function statusOf(
  results: readonly PreflightResult[],
  passed: boolean,
  servers: number,
): Draft<PreflightStatus> {
  const all = results.flatMap(({ subject, checks }) =>
    checks.flatMap((check) => findingOf(subject, check)),
  );
  const sorted = [
    ...all.filter((each) => each.state === 'failed'),
    ...all.filter((each) => each.state === 'warning'),
  ];
  const findings = sorted.slice(0, FINDINGS_SHOWN);
  return {
    state: passed ? 'passed' : 'failed',
    servers,
    findings,
    more: sorted.length - findings.length,
  };
}

function findingOf(subject: string, check: PreflightCheck): Draft<PreflightFinding>[] {
  const { name, state, detail } = check;
  return state === 'ok' ? [] : [{ subject, check: name, state, detail }];
}
