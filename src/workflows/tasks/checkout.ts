/**
 * The tasks that run in the checkout: all of them where one worker has it. Where that worker is gone,
 * what was done there is done again on another one, so that no step builds on what is not there.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { ACTIONS, type ActionId } from '../../actions/index.ts';
import type { ResourceId } from '../../actions/resources.ts';
import type { SystemActivities } from '../../activities/contract.ts';
import { say } from '../../diagnostics/language.ts';
import type { Task } from '../../plan/plan.ts';
import { buildQueueOf, isPlaceOf } from '../../plan/queues.ts';
import type { CheckoutPlace } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { concludeStep } from '../judging/conclude-step.ts';
import { type CheckoutTask, type Run, type RunIdentity, stepStatus } from '../run.ts';
import { changed, enterStep, leaveStep, warn } from '../showing/status.ts';
import { dropTask } from '../showing/tasks.ts';
import { messageOf, StepFailure, typeOf } from '../steps/failure.ts';
import { beats, retryAfter, summaryOf } from './activities.ts';
import { isInCheckout } from './targets.ts';
import { tasksOf } from './tasks-of-step.ts';

/**
 * Of what is to be done in the checkout, before its worker counts as gone: longer than one takes that
 * only starts again. Where it is there and busy, it is found again and the task goes on waiting.
 */
export const PLACE_LIMIT = '30 seconds';
/** Until a worker that builds asks for work at all: as long as a new one takes to be there. */
const ANY_LIMIT = '2 minutes';
/** A worker that is frozen takes what its open requests bring: each costs the time of a heartbeat. */
const checkouts = proxyActivities<Pick<SystemActivities, 'takeCheckout'>>({
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '15 minutes',
  scheduleToStartTimeout: ANY_LIMIT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: retryAfter(3),
});

/** Checkouts that a task has outlived. */
const MOST_CHECKOUTS = 3;
/** Times that a worker was found again and the task had not been begun. */
const MOST_WAITS = 60;
const LONGEST_NAME = 100;

/** What the run itself, not the checkout, carries over an approval and a change of servers. */
const BUILT: readonly ResourceId[] = ['compiled-code', 'package', 'built-image'];

/** Runs a task in the place that it is given. @throws PlaceLost where its worker is gone */
export type InPlace = (task: CheckoutTask, place: CheckoutPlace) => Promise<void>;

/** The worker is gone, or what was made in its checkout. */
export class PlaceLost extends Error {
  /** Whether somebody took it and found another checkout. */
  readonly isEmptied: boolean;

  constructor(cause: unknown, isEmptied: boolean) {
    super(messageOf(cause), { cause });
    this.name = 'PlaceLost';
    this.isEmptied = isEmptied;
  }
}

/**
 * What an activity's failure says of the place. A worker that dies in the middle is none of it: the
 * server gives the task out again, and then nobody takes it.
 */
export function lostPlace(error: unknown): PlaceLost | null {
  if (!(error instanceof ActivityFailure)) return null;
  const { cause } = error;
  if (cause instanceof ApplicationFailure)
    return cause.type === 'CHECKOUT_GONE' ? new PlaceLost(error, true) : null;
  const isWaiting = cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
  return isWaiting ? new PlaceLost(error, false) : null;
}

/** Before the first step, where any task needs it: what a source lacks is told before anything is done. */
export async function takeFirst(run: Run): Promise<void> {
  const [first] = run.plan.steps;
  if (first === undefined || stillToCome(run).length === 0) return;
  run.checkout.place = take(run, first.number);
  await run.checkout.place;
}

/** Runs a task where the run's checkout is, wherever that comes to be. */
export async function inCheckout(run: Run, task: CheckoutTask, perform: InPlace): Promise<void> {
  const { checkout } = run;
  const losses = new Losses();
  for (;;) {
    const taken = (checkout.place ??= take(run, task.step.number));
    const place = await taken;
    try {
      await perform(task, place);
      checkout.done.push(task);
      return;
    } catch (error) {
      losses.count(task, error);
      // Of tasks that run at once, the first that finds the worker gone moves for all of them.
      if (checkout.place === taken) checkout.place = move(run, task, place, perform);
    }
  }
}

/** @returns another place, where all that the next steps build on has been done again, or the same */
async function move(
  run: Run,
  task: CheckoutTask,
  from: CheckoutPlace,
  perform: InPlace,
): Promise<CheckoutPlace> {
  let at = from;
  let waiting: CheckoutTask[] = [];
  const losses = new Losses();
  for (;;) {
    const place = await take(run, task.step.number);
    if (place.queue !== at.queue || place.checkout !== at.checkout) {
      at = place;
      waiting = [...doneAgain(run)];
      tellMove(run, from, place, waiting);
    }
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        await repeat(run, next, place, perform);
        waiting.shift();
        if (waiting[0]?.step !== next.step) concludeAgain(run, next, task);
      }
      enterStep(run, task.step.number, 'running');
      return place;
    } catch (error) {
      if (!(error instanceof PlaceLost)) throw askedBy(run, task, error);
      losses.count(task, error);
    }
  }
}

/**
 * All that was done in the checkout, as long as nothing has been decided by it. After an approval, or
 * on changed servers, only what builds the image that is still to come: nothing is tested again.
 */
function doneAgain(run: Run): readonly CheckoutTask[] {
  const { done } = run.checkout;
  if (run.approvedAgainst === null && run.lock === null) return done;
  const wanted = new Set<ResourceId>();
  const want = (action: ActionId): void => {
    for (const each of [...ACTIONS[action].needs, ...ACTIONS[action].takes]) wanted.add(each);
  };
  for (const { action } of stillToCome(run)) want(action);
  const again: CheckoutTask[] = [];
  for (const each of done.toReversed()) {
    const action = actionOf(run, each);
    const isWanted = ACTIONS[action].provides.some((one) => BUILT.includes(one) && wanted.has(one));
    if (!isWanted) continue;
    want(action);
    again.unshift(each);
  }
  return again;
}

function stillToCome(run: Run): readonly Task[] {
  const { skip } = run.resolved.overrides;
  return run.plan.steps.flatMap((step) => {
    if (step.kind !== 'action' && step.kind !== 'parallel') return [];
    if (skip.some((each) => each.step === step.number)) return [];
    const isDone = (index: number): boolean =>
      run.checkout.done.some((each) => each.step === step && each.index === index);
    return tasksOf(run, step).flatMap(({ task }, index) =>
      isInCheckout(run, task) && !isDone(index) ? [task] : [],
    );
  });
}

function actionOf(run: Run, { step, index }: CheckoutTask): ActionId {
  const entry = tasksOf(run, step)[index];
  if (entry === undefined) throw new Error(`step ${step.number} has no task ${index}`);
  return entry.task.action;
}

/** What it measured and showed before counts no more. */
async function repeat(
  run: Run,
  task: CheckoutTask,
  place: CheckoutPlace,
  perform: InPlace,
): Promise<void> {
  const { step, index } = task;
  enterStep(run, step.number, 'running');
  run.facts.forgetTask({ step: step.number, task: index, server: null });
  dropTask(run, step.number, tasksOf(run, step)[index]?.phrase ?? '');
  await perform(task, place);
}

/** The step that waits for all this is judged when its own tasks are done. */
function concludeAgain(run: Run, { step }: CheckoutTask, asker: CheckoutTask): void {
  if (step === asker.step) return;
  concludeStep(run, step);
  leaveStep(run, step.number, 'succeeded');
}

/**
 * What fails on the way is the failure of the step that asked for it: what that means for the servers
 * is said there.
 */
function askedBy(run: Run, { step }: CheckoutTask, error: unknown): unknown {
  if (!(error instanceof StepFailure) || error.step === step.number) return error;
  leaveStep(run, error.step, 'failed', error.message);
  const message = say(
    run.ref,
    `步骤${error.step}在另一个 worker 上重新开始时失败：${error.message}`,
    `step ${error.step} failed when it was begun again on another worker: ${error.message}`,
  );
  return new StepFailure(step.number, error.kind, error.type, message);
}

function tellMove(
  run: Run,
  from: CheckoutPlace,
  to: CheckoutPlace,
  again: readonly CheckoutTask[],
): void {
  const steps = [...new Set(again.map(({ step }) => step.number))];
  const [gone, there] = [nameOf(from), nameOf(to)];
  const text =
    steps.length === 0
      ? say(
          run.ref,
          `检出源代码的 worker（${gone}）已不在：在另一个 worker（${there}）上重新检出`,
          `the worker with the checkout (${gone}) is gone: the source was checked out again on another one (${there})`,
        )
      : say(
          run.ref,
          `检出源代码的 worker（${gone}）已不在：步骤 ${steps.join('、')} 在另一个 worker（${there}）上重新开始`,
          `the worker with the checkout (${gone}) is gone: ${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')} ${steps.length === 1 ? 'was' : 'were'} begun again on another one (${there})`,
        );
  for (const number of steps) stepStatus(run, number).note = text;
  warn(run, text);
}

function nameOf({ worker }: CheckoutPlace): string {
  return worker.slice(0, LONGEST_NAME);
}

/** The checkout of whichever worker that builds is free. @throws StepFailure NO_BUILD_WORKER */
async function take(run: Run, number: number): Promise<CheckoutPlace> {
  // A replay runs on a queue of its own name.
  const { taskQueue = workflowInfo().taskQueue } = run.resolved;
  const queue = buildQueueOf(taskQueue);
  const phrase = say(run.ref, '取出源代码', 'take the checkout');
  run.status.activity = summaryOf(number, null, phrase);
  changed(run);
  const { source } = run;
  const seal = sealFor(run.resolved.proof, 'takeCheckout');
  try {
    const place = await checkouts.takeCheckout.executeWithOptions(
      {
        ...beats(run.resolved.settings),
        summary: summaryOf(number, null, phrase),
        taskQueue: queue,
      },
      [{ run: run.ref, seal, ...(source !== undefined && { source }) }],
    );
    if (isPlaceOf(taskQueue, place.queue)) return place;
    throw new StepFailure(number, 'failed', 'INVALID', foreignPlace(run, place));
  } catch (error) {
    if (isCancellation(error) || error instanceof StepFailure) throw error;
    if (lostPlace(error) === null)
      throw new StepFailure(number, 'failed', typeOf(error), messageOf(error));
    throw new StepFailure(number, 'failed', 'NO_BUILD_WORKER', nobodyBuilds(run, queue));
  }
}

function nobodyBuilds(run: RunIdentity, queue: string): string {
  return say(
    run.ref,
    `没有构建 worker 在轮询任务队列 ${queue}：请启动 runsheet worker --role build`,
    `no worker that builds polls the task queue ${queue}: start one with runsheet worker --role build`,
  );
}

function foreignPlace(run: RunIdentity, { queue }: CheckoutPlace): string {
  const named = queue.slice(0, LONGEST_NAME);
  return say(
    run.ref,
    `构建 worker 说它的任务队列是 ${named}，那不是本项目的构建队列`,
    `a worker that builds gives ${named} as its task queue, which is none of this project's for building`,
  );
}

/** How often a task has had its worker go away. */
class Losses {
  private checkouts = 0;
  private waits = 0;

  /** @throws what was thrown, where it is none; the task's failure, where it is enough */
  count({ step }: CheckoutTask, error: unknown): void {
    if (!(error instanceof PlaceLost)) throw error;
    if (error.isEmptied) this.checkouts += 1;
    this.waits += 1;
    if (this.checkouts < MOST_CHECKOUTS && this.waits < MOST_WAITS) return;
    throw new StepFailure(step.number, 'failed', typeOf(error.cause), error.message);
  }
}
