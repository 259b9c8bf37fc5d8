/** Runs one task of a step on one server, or once: schedule, note, measure, judge. */
import { isCancellation } from '@temporalio/workflow';
import { ACTIONS, type ActionId } from '../../actions/index.ts';
import { leftOut } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import type { Task } from '../../plan/plan.ts';
import type { ActionResult } from '../../plan/run.ts';
import { criteriaFailure } from '../judging/conclude-step.ts';
import { brokenBy } from '../judging/criteria.ts';
import type { Place } from '../judging/facts.ts';
import {
  hasPool,
  type MeasuredPart,
  type PinnedPart,
  type Run,
  type ServersPart,
  type ShownPart,
} from '../run.ts';
import { noteEffect } from '../showing/effects.ts';
import { noteServer } from '../showing/status.ts';
import { beginTask, bounded, endTask, shownEvidence } from '../showing/tasks.ts';
import { messageOf, StepFailure, typeOf } from '../steps/failure.ts';
import { actions, beats, retryAfter, summaryOf } from './activities.ts';
import { inputOf } from './input.ts';
import { type TaskStep, tasksOf } from './tasks-of-step.ts';
import { timeoutsOf } from './timeouts.ts';

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
  const place: Place = { step: step.number, task: index, server };
  const { task, phrase } = entry;
  const without = leftOut(task.action, hasPool(run));
  if (without !== null) return leaveOut(run, place, phrase, without[run.ref.language]);
  const shown = beginTask(run, step.number, phrase, server);
  register(run, place, task.action);
  try {
    const result = await schedule(run, place, task, phrase);
    record(run, place, result);
    shown.evidence.push(...shownEvidence(run, result.evidence));
    const { effect } = ACTIONS[task.action];
    if (server !== null && effect !== undefined) noteEffect(run, effect, server);
    const tasks = all.map((each) => each.task);
    const broken = brokenBy(run, step, tasks, index, server);
    if (broken.length > 0) throw criteriaFailure(run, step.number, broken, server);
    endTask(run, shown, 'succeeded');
  } catch (error) {
    endTask(run, shown, 'failed');
    if (isCancellation(error) || error instanceof StepFailure) throw error;
    const reason = bounded([messageOf(error)]);
    shown.evidence.push(...reason);
    remark(run, place, reason);
    throw taskFailure(place, phrase, error);
  }
}

/** Shows that a task is not done, and why. */
function leaveOut(run: Run, { step, server }: Place, phrase: string, reason: string): void {
  const shown = beginTask(run, step, phrase, server);
  shown.evidence.push(reason);
  endTask(run, shown, 'skipped');
}

/** Before the attempt: a mutation that fails half-way has to be undone as well. */
function register(run: ServersPart & ShownPart, { step, server }: Place, action: ActionId): void {
  const { compensation, effect } = ACTIONS[action];
  if (compensation === undefined || server === null) return;
  run.saga.register({ compensation: compensation.id, server, step });
  if (effect?.pool !== undefined) noteServer(run, server, { pool: 'unknown' });
}

/** Nobody takes it over: a beat that comes late must not end it. */
const ONLY_ONCE = { heartbeatTimeout: '30 seconds' } as const;

function schedule(
  run: Run,
  { step, server }: Place,
  task: Task,
  phrase: string,
): Promise<ActionResult> {
  const definition = ACTIONS[task.action];
  const { settings } = run.resolved;
  const { maximumAttempts } = definition.retry;
  const project = sectionsOf(settings, definition);
  const timeouts = timeoutsOf(definition, task, project);
  return actions[task.action].executeWithOptions(
    {
      summary: summaryOf(step, server, phrase),
      startToCloseTimeout: timeouts.startToCloseSeconds * 1000,
      scheduleToCloseTimeout: timeouts.scheduleToCloseSeconds * 1000,
      ...(maximumAttempts === 1 ? ONLY_ONCE : beats(settings)),
      retry: retryAfter(maximumAttempts),
    },
    [inputOf(run, step, task, server)],
  );
}

function record(
  run: MeasuredPart & ServersPart & PinnedPart,
  place: Place,
  result: ActionResult,
): void {
  for (const fact of result.facts) {
    run.facts.record({ ...place, fact, batch: run.scope.batch });
  }
  remark(run, place, bounded(result.evidence));
  if (result.image !== undefined) run.image = result.image;
}

function remark(run: MeasuredPart, place: Place, lines: readonly string[]): void {
  const last = lines.at(-1);
  if (last !== undefined) run.facts.remark(place, last);
}

function taskFailure({ step, server }: Place, phrase: string, error: unknown): StepFailure {
  const place = server === null ? phrase : `${server} ${phrase}`;
  return new StepFailure(step, 'failed', typeOf(error), `${place}: ${messageOf(error)}`);
}
