/** Runs one task of a step on one server, or once: schedule, note, measure, judge. */
import { isCancellation } from '@temporalio/workflow';
import { ACTIONS } from '../../actions/index.ts';
import { leftOut, tells } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import { attemptsOf, irreversibleIn } from '../../plan/failure/attempts.ts';
import type { Task } from '../../plan/plan.ts';
import type { ActionResult, CheckoutPlace } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { serversInRun } from '../fleet/scope.ts';
import { underLock } from '../fleet/under-lock.ts';
import { criteriaFailure } from '../judging/conclude-step.ts';
import { brokenBy } from '../judging/criteria.ts';
import type { Place } from '../judging/facts.ts';
import { hasPool, type MeasuredPart, type PinnedPart, type Run, type ServersPart } from '../run.ts';
import { noteEffect } from '../showing/effects.ts';
import { noteServer } from '../showing/status.ts';
import { beginTask, bounded, dropTask, endTask, shownEvidence } from '../showing/tasks.ts';
import { messageOf, StepFailure, typeOf } from '../steps/failure.ts';
import { actions, beats, local, retryAfter, summaryOf } from './activities.ts';
import { recordLeft, whyLeft } from './already-there.ts';
import { inCheckout } from './checkout.ts';
import { inputOf } from './input.ts';
import { type InPlaceOptions, lostPlace, performThere } from './take-checkout.ts';
import { isInCheckout } from './targets.ts';
import { type TaskStep, tasksOf } from './tasks-of-step.ts';
import { timeoutsOf } from './timeouts.ts';

/** @throws StepFailure where the task fails or its measurements break a criterion. */
export async function runTask(
  run: Run,
  step: TaskStep,
  index: number,
  server: string | null,
): Promise<void> {
  const { task, phrase } = entryOf(run, step, index);
  const without = leftOut(task.action, hasPool(run));
  if (without !== null) {
    const place = { step: step.number, task: index, server };
    return leaveOut(run, place, phrase, without[run.ref.language]);
  }
  const left = whyLeft(run, task, server);
  if (left !== null) {
    const place = { step: step.number, task: index, server };
    recordLeft(run, place, task, left);
    return leaveOut(run, place, phrase, left);
  }
  if (!isInCheckout(run, task)) return attempt(run, step, index, server);
  await inCheckout(run, { step, index }, (each, where) =>
    attempt(run, each.step, each.index, null, where),
  );
}

/**
 * @param where the checkout that it runs in; absent: it runs in none
 * @throws PlaceLost where that is gone, and then nothing of it is shown
 */
async function attempt(
  run: Run,
  step: TaskStep,
  index: number,
  server: string | null,
  where?: CheckoutPlace,
): Promise<void> {
  const { task, phrase } = entryOf(run, step, index);
  const place: Place = { step: step.number, task: index, server };
  const shown = beginTask(run, step.number, phrase, server);
  register(run, place, task);
  try {
    const result = await schedule(run, place, task, phrase, where);
    record(run, place, where === undefined ? result : await confirmed(run, place, task, result));
    shown.evidence.push(...shownEvidence(run, result.evidence));
    const { effect } = ACTIONS[task.action];
    if (server !== null && effect !== undefined) noteEffect(run, effect, server);
    const tasks = tasksOf(run, step).map((each) => each.task);
    const broken = brokenBy(run, step, tasks, index, server);
    if (broken.length > 0) throw criteriaFailure(run, step.number, broken, server);
    endTask(run, shown, 'succeeded');
  } catch (error) {
    const lost = where === undefined ? null : lostPlace(error);
    if (lost !== null) {
      dropTask(run, step.number, shown);
      throw lost;
    }
    endTask(run, shown, 'failed');
    if (isCancellation(error) || error instanceof StepFailure) throw error;
    const reason = bounded([messageOf(error)]);
    shown.evidence.push(...reason);
    remark(run, place, reason);
    throw taskFailure(place, phrase, error);
  }
}

function entryOf(run: Run, step: TaskStep, index: number): ReturnType<typeof tasksOf>[number] {
  const entry = tasksOf(run, step)[index];
  if (entry === undefined) throw new Error(`step ${step.number} has no task ${index}`);
  return entry;
}

/** Shows that a task is not done, and why. */
function leaveOut(run: Run, { step, server }: Place, phrase: string, reason: string): void {
  const shown = beginTask(run, step, phrase, server);
  shown.evidence.push(reason);
  endTask(run, shown, 'skipped');
}

/** Before the attempt: a mutation that fails half-way has to be undone as well. */
function register(run: Run, { step, server }: Place, task: Task): void {
  const all = { servers: serversInRun(run), actions: run.resolved.settings.actions };
  for (const { undo, servers, once } of attemptsOf(all, run.scope, task)) {
    if (once !== null) run.saga.registerShared(once, { compensation: undo, servers, step });
    else
      for (const each of server === null ? servers : [server])
        run.saga.register({ compensation: undo, server: each, step });
  }
  const irreversible = irreversibleIn(all.actions, task);
  if (irreversible !== null) run.saga.irreversible.add(irreversible);
  const { compensation, effect } = ACTIONS[task.action];
  if (compensation === undefined || server === null || effect?.pool === undefined) return;
  noteServer(run, server, { pool: 'unknown' });
}

/** Nobody takes it over: a beat that comes late must not end it. */
const ONLY_ONCE = { heartbeatTimeout: '30 seconds' } as const;

function schedule(
  run: Run,
  { step, server }: Place,
  task: Task,
  phrase: string,
  where: CheckoutPlace | undefined,
): Promise<ActionResult> {
  const definition = ACTIONS[task.action];
  const { settings } = run.resolved;
  const { maximumAttempts } = definition.retry;
  const project = sectionsOf(settings, definition);
  const timeouts = timeoutsOf(definition, task, project);
  const perform = (there?: InPlaceOptions) =>
    actions[task.action].executeWithOptions(
      {
        summary: summaryOf(step, server, phrase),
        startToCloseTimeout: timeouts.startToCloseSeconds * 1000,
        scheduleToCloseTimeout: timeouts.scheduleToCloseSeconds * 1000,
        ...(maximumAttempts === 1 ? ONLY_ONCE : beats(settings)),
        retry: retryAfter(maximumAttempts, there?.nonRetryableErrorTypes),
        ...(where !== undefined && { taskQueue: where.queue }),
        ...(there !== undefined && { scheduleToStartTimeout: there.scheduleToStartTimeout }),
      },
      [{ ...inputOf(run, step, task, server), ...(where && { checkout: where.checkout }) }],
    );
  // What runs in the checkout, or tells people, reaches no server.
  if (where !== undefined) return performThere(perform, maximumAttempts > 1);
  if (tells(task.action)) return perform();
  return underLock(run, 'step', perform, { isRepeatable: maximumAttempts > 1 });
}

/** What is deployed is what we have read back ourselves: by a local activity, which nobody can complete from outside. */
async function confirmed(
  run: Run,
  { step }: Place,
  task: Task,
  result: ActionResult,
): Promise<ActionResult> {
  if (result.image === undefined) return result;
  const input = inputOf(run, step, task, null);
  const seal = sealFor(run.resolved.proof, 'confirmImage', input.settings);
  const phrase = say(run.ref, '从镜像仓库核对镜像', 'read the image back from the registry');
  const image = await local.confirmImage.executeWithOptions(
    { summary: summaryOf(step, null, phrase) },
    [{ ...input, seal, image: result.image }],
  );
  return { ...result, image };
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
