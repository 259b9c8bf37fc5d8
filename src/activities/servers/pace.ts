/** Bounded waits that heartbeat and end at once when the run is cancelled. */
import { Context } from '@temporalio/activity';
import { beat, beatMs, cancellationOf } from '../context.ts';

export interface Clock {
  elapsedMs(): number;
  /** Never below 0. */
  remainingMs(): number;
}

/** Counts down from `limitMs`; `spentMs` has already been waited by an earlier attempt. */
export function countDown(limitMs: number, spentMs = 0): Clock {
  const startedMs = performance.now() - spentMs;
  const elapsedMs = (): number => performance.now() - startedMs;
  return { elapsedMs, remainingMs: () => Math.max(0, limitMs - elapsedMs()) };
}

/** Heartbeats, then sleeps at most until the clock ends. @throws CancelledFailure */
export async function pause(ms: number, clock: Clock, details?: unknown): Promise<void> {
  const context = Context.current();
  beat(context, details);
  await context.sleep(Math.max(1, Math.min(ms, clock.remainingMs())));
}

/** Heartbeats while a port works. The signal is the activity's cancellation. */
export async function heartbeatWhile<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  beat(context);
  const timer = setInterval(() => beat(context), beatMs(context));
  try {
    return await work(cancellationOf(context));
  } finally {
    clearInterval(timer);
  }
}

/** @throws CancelledFailure where the run has been cancelled; call it after swallowing an error. */
export async function endIfCancelled(): Promise<void> {
  const context = Context.current();
  if (cancellationOf(context).aborted) await context.cancelled;
}
