/**
 * The tasks that run in the checkout: all of them where one worker has it. Where that worker is gone,
 * what was done there is done again on another one, so that no step builds on what is not there.
 */
import { say } from '../../diagnostics/language.ts';
import type { CheckoutPlace } from '../../plan/run.ts';
import { concludeStep } from '../judging/conclude-step.ts';
import { type CheckoutTask, type Run, stepStatus } from '../run.ts';
import { enterStep, leaveStep, warn } from '../showing/status.ts';
import { dropTask } from '../showing/tasks.ts';
import { StepFailure, typeOf } from '../steps/failure.ts';
import { doneAgain, stillToCome } from './done-again.ts';
import { nameOf, PlaceLost, takeCheckout } from './take-checkout.ts';
import { tasksOf } from './tasks-of-step.ts';

/** Checkouts that a task has outlived. */
const MOST_CHECKOUTS = 3;
/** Times that a worker was found again and the task had not been begun. */
const MOST_WAITS = 60;

/** Runs a task in the place that it is given. @throws PlaceLost where its worker is gone */
export type InPlace = (task: CheckoutTask, place: CheckoutPlace) => Promise<void>;

/** Before the first step, where any task needs it: what a source lacks is told before anything is done. */
export async function takeFirst(run: Run): Promise<void> {
  const [first] = run.plan.steps;
  if (first === undefined || stillToCome(run).length === 0) return;
  run.checkout.place = takeCheckout(run, first.number);
  await run.checkout.place;
}

/** Runs a task where the run's checkout is, wherever that comes to be. */
export async function inCheckout(run: Run, task: CheckoutTask, perform: InPlace): Promise<void> {
  const { checkout } = run;
  const losses = new Losses();
  for (;;) {
    const taken = (checkout.place ??= takeCheckout(run, task.step.number));
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
    const place = await takeCheckout(run, task.step.number);
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
