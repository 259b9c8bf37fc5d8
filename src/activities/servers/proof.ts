/** What is believed of a server that was put into the pool: answers, never the balancer's word alone. */
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import type { Clock } from './pace.ts';
import { isServing } from './pool-state.ts';

/**
 * After a balancer has started anew, what was set is watched for so long: whoever guards the pool
 * looks four times a second, and may set again what the run wanted a moment ago.
 */
export const SETTLE_MS = 600;

/** What has been seen so far. */
export interface Watch {
  readonly clock: Clock;
  /** '': not seen yet. */
  process: string | null;
  /** From when on answers count; an error of the server, or another balancer, begins anew. */
  start: Count | null;
  /** Requests that were served in a row through a balancer that counts none. */
  inRow: number;
  /** Not believed before this time. */
  settledMs: number;
}

interface Count {
  readonly answered: number;
  readonly errors: number;
}

/** Answers that there are, and how many are wanted. */
export interface Proof {
  readonly answers: number;
  readonly wanted: number;
  /** Whether they are known to be this server's: the balancer counts them. */
  readonly isOwn: boolean;
}

/**
 * Answers of this server by the balancer's counters. Where it keeps none, requests through the pool that
 * were served in a row: as many for each server in it, so that this one's turns are among them.
 */
export function proofOf(
  watch: Watch,
  state: PoolState,
  now: PoolServer | null,
  successes: number,
): Proof {
  if (watch.process !== state.process) {
    if (watch.process !== '') watch.settledMs = watch.clock.elapsedMs() + SETTLE_MS;
    watch.process = state.process;
    watch.start = null;
    watch.inRow = 0;
  }
  const answers = countAnswers(watch, now);
  if (answers !== null) return { answers, wanted: successes, isOwn: true };
  return { answers: watch.inRow, wanted: successes * takers(state), isOwn: false };
}

/** Requests to send for what is missing; the balancer spreads them over all servers of the pool. */
export function missingRequests({ answers, wanted, isOwn }: Proof, state: PoolState): number {
  return Math.max(0, wanted - answers) * (isOwn ? takers(state) : 1);
}

/** null: the balancer does not count. */
function countAnswers(watch: Watch, now: PoolServer | null): number | null {
  const here = now === null ? { answered: 0, errors: 0 } : countOf(now);
  if (here === null) return null;
  if (now === null) watch.start = null;
  else if (watch.start === null || here.errors > watch.start.errors) watch.start = here;
  return here.answered - (watch.start?.answered ?? 0);
}

/** Requests in flight have been counted when they began, and are not answered yet. */
function countOf({ requests, active, errors }: PoolServer): Count | null {
  if (requests === null || active === null || errors === null) return null;
  return { answered: requests - active, errors };
}

function takers({ servers }: PoolState): number {
  return servers.filter(isServing).length;
}
