/** What every activity needs while it runs: cancellation, heartbeats, who asks. */
import { Context } from '@temporalio/activity';
import { lastLine } from './evidence.ts';
import type { Execution } from './lock-contract.ts';

export interface Progress {
  /** Aborted when the run is cancelled or the activity's time is over. */
  readonly signal: AbortSignal;
  /** Output so far; its last line stands in the next heartbeat. */
  readonly report: (text: string) => void;
}

const LONGEST_INTERVAL_MS = 5_000;
const SHORTEST_INTERVAL_MS = 100;
/** What must not be begun again may still finish when its worker is told to end. */
const GRACE_MS = 10_000;

const delayed = new WeakMap<Context, AbortSignal>();
const told = new WeakMap<Context, unknown>();

/** The workflow that asks, as the server says. */
export function here(): Execution {
  const { workflowExecution: execution } = Context.current().info;
  return { workflowId: '', runId: '', ...execution };
}

/** Every heartbeat goes through here: what it has told last is what another one may have to repeat. */
export function beat(context: Context, details?: unknown): void {
  told.set(context, details);
  context.heartbeat(details);
}

/** What the latest heartbeat told, by this attempt or by the one before it. */
export function lastTold(context: Context): unknown {
  return told.has(context) ? told.get(context) : context.info.heartbeatDetails;
}

/** Aborted when the run is cancelled, the time is over, or the worker ends. */
export function cancellationOf(context: Context): AbortSignal {
  if (!isTriedOnce(context)) return context.cancellationSignal;
  const known = delayed.get(context);
  if (known !== undefined) return known;
  const signal = afterGrace(context);
  delayed.set(context, signal);
  return signal;
}

/** A project's own command, for example: nobody knows whether it may run twice. */
function isTriedOnce({ info }: Context): boolean {
  return info.retryPolicy?.maximumAttempts === 1;
}

function afterGrace(context: Context): AbortSignal {
  const { cancellationSignal } = context;
  const own = new AbortController();
  const abort = (): void => own.abort(cancellationSignal.reason);
  const heed = (): void => {
    if (isWorkerEnding(context)) setTimeout(abort, GRACE_MS).unref();
    else abort();
  };
  if (cancellationSignal.aborted) heed();
  else cancellationSignal.addEventListener('abort', heed, { once: true });
  return own.signal;
}

/** Whether the activity has to stop because its worker does: another one shall begin it again. */
export function isWorkerEnding({ cancellationDetails }: Context): boolean {
  return cancellationDetails?.workerShutdown === true;
}

/** Runs work while heartbeats go out, at least three in each heartbeat timeout. */
export async function withHeartbeat<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  const context = Context.current();
  let latest = '';
  const timer = setInterval(() => beat(context, latest), beatMs(context));
  try {
    return await work({
      signal: cancellationOf(context),
      report: (text) => {
        latest = lastLine(text) || latest;
      },
    });
  } finally {
    clearInterval(timer);
  }
}

/** Between two heartbeats: three in each timeout, so that one may be late and another be lost. */
export function beatMs({ info: { heartbeatTimeoutMs } }: Context): number {
  if (heartbeatTimeoutMs === undefined || heartbeatTimeoutMs === 0) return LONGEST_INTERVAL_MS;
  return Math.max(SHORTEST_INTERVAL_MS, Math.min(LONGEST_INTERVAL_MS, heartbeatTimeoutMs / 3));
}
