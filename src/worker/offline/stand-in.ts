/**
 * What the implementations of activities find around them where no Temporal is: the time that they have,
 * and whether they are to end. Nobody hears their heartbeats, and there is no client.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { asyncLocalStorage, CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure, type Logger, noopMetricMeter } from '@temporalio/common';

export interface Bounds {
  /** For people and failures. */
  readonly name: string;
  /** With all attempts and the pauses between them. */
  readonly limitSeconds: number;
  /** Aborted where the person at the terminal ends it. */
  readonly interrupted: AbortSignal;
}

/** It was told to end. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** It took longer than it may. */
export class TookTooLongError extends Error {
  override readonly name = 'TookTooLongError';
  readonly limitSeconds: number;

  constructor({ name, limitSeconds }: Bounds) {
    super(`${name}: not done within ${limitSeconds} s`);
    this.limitSeconds = limitSeconds;
  }
}

/**
 * Does the work of an activity, again where that may help, as its failures say it.
 * @throws what the last attempt failed with, InterruptedError, TookTooLongError
 */
export async function attempted<T>(bounds: Bounds, work: () => Promise<T>): Promise<T> {
  const { limitSeconds, interrupted } = bounds;
  const limit = AbortSignal.timeout(limitSeconds * 1000);
  const signal = AbortSignal.any([interrupted, limit]);
  const beganAtMs = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once({ name: bounds.name, attempt, beganAtMs, signal }, work);
    } catch (error) {
      if (interrupted.aborted) throw new InterruptedError();
      if (limit.aborted) throw new TookTooLongError(bounds);
      const pauseMs = pauseAfter(error);
      if (pauseMs === null) throw error;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** null: another attempt does not help. */
function pauseAfter(error: unknown): number | null {
  if (!(error instanceof ApplicationFailure) || error.nonRetryable === true) return null;
  const { nextRetryDelay } = error;
  return typeof nextRetryDelay === 'number' ? nextRetryDelay : null;
}

interface Attempt {
  readonly name: string;
  readonly attempt: number;
  readonly beganAtMs: number;
  readonly signal: AbortSignal;
}

function once<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  attempt.signal.throwIfAborted();
  return asyncLocalStorage.run(contextOf(attempt), work);
}

function contextOf({ name, attempt, beganAtMs, signal }: Attempt): Context {
  const cancelled = new Promise<never>((_, reject) => {
    const end = (): void => reject(new CancelledFailure(name));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  // Whoever waits for it hears of it; nobody may.
  cancelled.catch(() => undefined);
  const info: Context['info'] = {
    taskToken: new Uint8Array(),
    base64TaskToken: '',
    activityId: name,
    activityType: name,
    activityNamespace: '',
    namespace: '',
    attempt,
    isLocal: false,
    inWorkflow: false,
    activityRunId: '',
    scheduledTimestampMs: beganAtMs,
    currentAttemptScheduledTimestampMs: Date.now(),
    scheduleToCloseTimeoutMs: 0,
    startToCloseTimeoutMs: 0,
    // No time-out: nobody waits for a heartbeat, and none is asked for before a change.
    heartbeatTimeoutMs: 0,
    heartbeatDetails: undefined,
    taskQueue: '',
  };
  return new Context(info, cancelled, signal, ignore, undefined, SILENT, noopMetricMeter, {});
}

function ignore(): void {
  // A heartbeat that nobody waits for.
}

const SILENT: Logger = {
  log: ignore,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};
