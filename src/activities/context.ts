/** What every activity needs while it runs: cancellation, heartbeats, the run's language. */
import { Context } from '@temporalio/activity';
import { lastLine } from './evidence.ts';

export interface Progress {
  /** Aborted when the run is cancelled or the activity's time is over. */
  readonly signal: AbortSignal;
  /** Output so far; its last line stands in the next heartbeat. */
  readonly report: (text: string) => void;
}

const LONGEST_INTERVAL_MS = 5_000;
const SHORTEST_INTERVAL_MS = 100;

/** Runs work while heartbeats go out, at least three in each heartbeat timeout. */
export async function withHeartbeat<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
  const context = Context.current();
  let latest = '';
  const beat = (): void => context.heartbeat(latest);
  const timer = setInterval(beat, intervalMs(context.info.heartbeatTimeoutMs));
  try {
    return await work({
      signal: context.cancellationSignal,
      report: (text) => {
        latest = lastLine(text) || latest;
      },
    });
  } finally {
    clearInterval(timer);
  }
}

function intervalMs(heartbeatTimeoutMs: number | undefined): number {
  if (heartbeatTimeoutMs === undefined || heartbeatTimeoutMs === 0) return LONGEST_INTERVAL_MS;
  return Math.max(SHORTEST_INTERVAL_MS, Math.min(LONGEST_INTERVAL_MS, heartbeatTimeoutMs / 3));
}
