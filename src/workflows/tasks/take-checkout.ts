/** Takes the run's checkout on a worker that builds, and says when that worker is gone. */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { WORKER_ENDS } from '../../actions/liveness.ts';
import type { SystemActivities } from '../../activities/contract.ts';
import { say } from '../../diagnostics/language.ts';
import { buildQueueOf, isPlaceOf } from '../../plan/queues.ts';
import type { CheckoutPlace } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { PinnedPart, RunIdentity, ShownPart } from '../run.ts';
import { changed } from '../showing/status.ts';
import { messageOf, StepFailure, typeOf } from '../steps/failure.ts';
import { beats, retryAfter, summaryOf } from './activities.ts';

/**
 * Of what is to be done in the checkout, before its worker counts as gone: longer than one takes that
 * only starts again. Where it is there and busy, it is found again and the task goes on waiting.
 */
const PLACE_LIMIT = '30 seconds';
/** The same of a task whose worker has shown no sign of life: one that is back takes it at once. */
const BACK_LIMIT = '1 second';
/** As Temporal's server names it in a retry policy: not tried again by the server, which waits for PLACE_LIMIT. */
const SILENCE = 'TemporalTimeout:Heartbeat';
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

const LONGEST_NAME = 100;

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
 * task is given out again, and then nobody takes it.
 */
export function lostPlace(error: unknown): PlaceLost | null {
  if (!(error instanceof ActivityFailure)) return null;
  const { cause } = error;
  if (cause instanceof ApplicationFailure)
    return cause.type === 'CHECKOUT_GONE' ? new PlaceLost(error, true) : null;
  const isWaiting = cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
  return isWaiting ? new PlaceLost(error, false) : null;
}

/**
 * Performs a task where the checkout is, and again after a worker that died or froze in the middle of it.
 * @param perform with these options of the place
 * @param isRepeatable false: what was begun and not ended has failed
 * @throws what it throws; where nobody takes it any more, what `lostPlace` knows
 */
export async function performThere<Result>(
  perform: (options: InPlaceOptions) => Promise<Result>,
  isRepeatable: boolean,
): Promise<Result> {
  const most = isRepeatable ? WORKER_ENDS : 0;
  let scheduleToStartTimeout: InPlaceOptions['scheduleToStartTimeout'] = PLACE_LIMIT;
  for (let ends = 0; ; ends += 1) {
    try {
      return await perform({ scheduleToStartTimeout, nonRetryableErrorTypes: [SILENCE] });
    } catch (error) {
      if (!isSilence(error) || ends === most) throw error;
    }
    scheduleToStartTimeout = BACK_LIMIT;
  }
}

export interface InPlaceOptions {
  readonly scheduleToStartTimeout: typeof PLACE_LIMIT | typeof BACK_LIMIT;
  readonly nonRetryableErrorTypes: string[];
}

function isSilence(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'HEARTBEAT';
}

/** As people are told of it, cut to size. */
export function nameOf({ worker }: CheckoutPlace): string {
  return worker.slice(0, LONGEST_NAME);
}

/** The checkout of whichever worker that builds is free. @throws StepFailure NO_BUILD_WORKER */
export async function takeCheckout(
  run: RunIdentity & ShownPart & PinnedPart,
  number: number,
): Promise<CheckoutPlace> {
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
