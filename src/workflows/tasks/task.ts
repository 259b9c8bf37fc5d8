/** Runs one task of a step on one server, or once: schedule, note, measure, judge. */

import { isCancellation } from '@temporalio/workflow';
import { ACTIONS, type ActionId } from '../../actions/index.ts';
import { tells } from '../../actions/questions.ts';
import type { Json, Task } from '../../plan/plan.ts';
import type { ActionInput, ActionResult } from '../../plan/run.ts';
import { isEmptied } from '../fleet/scope.ts';
import { brokenBy, explainEvidence, judgeStep, type TaskStep } from '../judging/criteria.ts';
import type { Place } from '../judging/facts.ts';
import { presentationOf, type Run, stepStatus } from '../run.ts';
import { gatherTasks } from '../showing/fleet-tasks.ts';
import { hasMany } from '../showing/many.ts';
import { buildReport } from '../showing/report.ts';
import { changed, noteEffect, noteServer, type TaskDraft } from '../showing/status.ts';
import { messageOf, StepFailure, typeOf } from '../steps/failure.ts';
import { actions, PAUSES, summaryOf } from './activities.ts';
import { sectionsOf } from './sections.ts';
import { fillSettings } from './templates.ts';
import { timeoutsOf } from './timeouts.ts';

const EVIDENCE_LINES = 20;
const EVIDENCE_CHARACTERS = 300;

/** A step's own tasks and those that the request adds, in that order, with their phrases. */
export function tasksOf(run: Run, step: TaskStep): readonly { task: Task; phrase: string }[] {
  const phrases = presentationOf(run.plan, step.number).tasks;
  const own = step.tasks.map((task, index) => ({ task, phrase: phrases[index] ?? task.action }));
  const added = run.resolved.overrides.add
    .filter((each) => each.step === step.number)
    .map((each) => ({ task: each.task, phrase: each.phrase }));
  return [...own, ...added];
}

/** @throws StepFailure where the task fails or its measurements break a criterion. */
export async function runTask(
  run: Run,
  step: TaskStep,
  index: number,
  server: string | null,
): Promise<void> {
  const all = tasksOf(run, step);
  const entry = all[index];
  if (entry === undefined) throw new Error(`step ${step.number} has no task ${index}`);
  const shown = beginTask(run, step.number, entry.phrase, server);
  register(run, step, entry.task.action, server);
  try {
    const result = await schedule(run, step, entry, server);
    record(run, step, index, server, result);
    shown.evidence.push(...shownEvidence(run, result.evidence));
    const { effect } = ACTIONS[entry.task.action];
    if (server !== null && effect !== undefined) noteEffect(run, effect, server);
    const broken = brokenBy(
      run,
      step,
      all.map((each) => each.task),
      index,
      server,
    );
    if (broken.length > 0) throw criteriaFailure(run, step, broken, server);
    endTask(run, shown, 'succeeded');
  } catch (error) {
    endTask(run, shown, 'failed');
    if (isCancellation(error) || error instanceof StepFailure) throw error;
    const reason = bounded([messageOf(error)]);
    shown.evidence.push(...reason);
    remark(run, { step: step.number, task: index, server }, reason);
    throw taskFailure(step, entry.phrase, server, error);
  }
}

/** Holds all criteria of a step against all that was measured, and keeps the evidence. */
export function concludeStep(run: Run, step: TaskStep): void {
  if (isEmptied(run)) return;
  const evidence = keepEvidence(run, step);
  const failed = evidence.filter((each) => !each.passed);
  if (failed.length > 0) throw criteriaFailure(run, step, failed, null);
}

/** Shows each criterion of a step with what has been measured so far. */
export function keepEvidence(run: Run, step: TaskStep): ReturnType<typeof judgeStep> {
  gatherTasks(run, step.number);
  const evidence = judgeStep(
    run,
    step,
    tasksOf(run, step).map((each) => each.task),
  );
  stepStatus(run, step.number).criteria = evidence.map((each) => ({ ...each }));
  return evidence;
}

function schedule(
  run: Run,
  step: TaskStep,
  { task, phrase }: { task: Task; phrase: string },
  server: string | null,
): Promise<ActionResult> {
  const definition = ACTIONS[task.action];
  const project = sectionsOf(run.resolved.settings, definition);
  const timeouts = timeoutsOf(definition, task, project);
  const input = inputOf(run, step, task, server);
  return actions[task.action].executeWithOptions(
    {
      summary: summaryOf(step.number, server, phrase),
      startToCloseTimeout: timeouts.startToCloseSeconds * 1000,
      scheduleToCloseTimeout: timeouts.scheduleToCloseSeconds * 1000,
      heartbeatTimeout: timeouts.heartbeatSeconds * 1000,
      retry: { ...PAUSES, maximumAttempts: definition.retry.maximumAttempts },
    },
    [input],
  );
}

function inputOf(run: Run, step: TaskStep, task: Task, server: string | null): ActionInput {
  const definition = ACTIONS[task.action];
  const before = server === null ? undefined : run.before.get(server);
  return {
    run: run.ref,
    step: step.number,
    settings: settingsOf(run, task),
    project: sectionsOf(run.resolved.settings, definition),
    servers: server === null ? run.scope.servers : [server],
    ...(server !== null && { server }),
    ...(before !== undefined && { before }),
    ...(run.source !== undefined && { source: run.source }),
    ...(run.image !== undefined && { image: run.image }),
    ...(tells(task.action) && { report: buildReport(run) }),
  };
}

/** What the document's text sets, and what the plan's rolling rule sets. */
function settingsOf(run: Run, { action, settings }: Task): Readonly<Record<string, Json>> {
  const filled: Record<string, Json> = { ...fillSettings(settings, run.resolved.parameters) };
  for (const [name, setting] of Object.entries(ACTIONS[action].settings)) {
    if (setting.kind !== 'rolling') continue;
    filled[name] = run.plan.rolling?.[setting.rule] ?? setting.default;
  }
  return filled;
}

/** Before the attempt: a mutation that fails half-way has to be undone as well. */
function register(run: Run, step: TaskStep, action: ActionId, server: string | null): void {
  const { compensation } = ACTIONS[action];
  if (compensation === undefined || server === null) return;
  run.saga.register({ compensation: compensation.id, server, step: step.number });
  if (ACTIONS[action].effect?.pool !== undefined) noteServer(run, server, { pool: 'unknown' });
}

function record(
  run: Run,
  step: TaskStep,
  task: number,
  server: string | null,
  result: ActionResult,
): void {
  const place = { step: step.number, task, server };
  for (const fact of result.facts) {
    run.facts.record({ ...place, fact, batch: run.scope.batch });
  }
  remark(run, place, bounded(result.evidence));
  if (result.image !== undefined) run.image = result.image;
}

function remark(run: Run, place: Place, lines: readonly string[]): void {
  const last = lines.at(-1);
  if (last !== undefined) run.facts.remark(place, last);
}

/** Shows that something of a step has begun. */
export function beginTask(run: Run, step: number, text: string, server: string | null): TaskDraft {
  const shown: TaskDraft = {
    text,
    server,
    state: 'running',
    startedAtMs: Date.now(),
    durationMs: null,
    evidence: [],
  };
  stepStatus(run, step).tasks.push(shown);
  if (server !== null) noteServer(run, server, { doing: text });
  run.status.activity = summaryOf(step, server, text);
  changed(run);
  return shown;
}

/** Shows that it has ended. */
export function endTask(run: Run, shown: TaskDraft, state: 'succeeded' | 'failed'): void {
  shown.state = state;
  shown.durationMs = Date.now() - shown.startedAtMs;
  if (shown.server !== null) noteServer(run, shown.server, { doing: '' });
  changed(run);
}

function criteriaFailure(
  run: Run,
  step: TaskStep,
  broken: readonly Parameters<typeof explainEvidence>[1][],
  server: string | null,
): StepFailure {
  const sentences = broken.map((each) => explainEvidence(run, each)).join('; ');
  const place = server === null ? '' : `${server}: `;
  return new StepFailure(step.number, 'failed', 'CRITERION_FAILED', `${place}${sentences}`);
}

function taskFailure(
  step: TaskStep,
  phrase: string,
  server: string | null,
  error: unknown,
): StepFailure {
  const place = server === null ? phrase : `${server} ${phrase}`;
  return new StepFailure(step.number, 'failed', typeOf(error), `${place}: ${messageOf(error)}`);
}

/** Of a fleet's tasks that went well a line each, or the status would outgrow its limit. */
function shownEvidence(run: Run, lines: readonly string[]): string[] {
  return hasMany(run) ? bounded(lines.slice(-1)) : bounded(lines);
}

function bounded(lines: readonly string[]): string[] {
  return lines.slice(0, EVIDENCE_LINES).map((line) => line.slice(0, EVIDENCE_CHARACTERS));
}
