/** How requests spread over the servers of a pool, from the balancer's counters. Pure; null: not measured. */
import type { PoolState } from '../../ports/load-balancer.ts';
import { type Counters, countersOf } from './baseline.ts';
import { percent } from './performance.ts';
import { findServer } from './pool-state.ts';

export interface ServerCount {
  readonly name: string;
  /** null: the balancer does not count. */
  readonly counters: Counters | null;
  /** null: it tells no weight. */
  readonly weight: number | null;
}

/** What a server was given between two looks at the pool. */
export function countOf(name: string, before: PoolState, after: PoolState): ServerCount {
  const now = findServer(after, name);
  const [then, counted] = [countersOf(findServer(before, name)), countersOf(now)];
  return {
    name,
    counters:
      then === null || counted === null
        ? null
        : {
            requests: Math.max(0, counted.requests - then.requests),
            errors: Math.max(0, counted.errors - then.errors),
          },
    weight: now === null ? 0 : now.weight,
  };
}

/** Whether every server was given requests, and none of them failed. */
export function allReceive(counts: readonly ServerCount[]): boolean | null {
  const counters = counts.map((each) => each.counters);
  if (counters.includes(null)) return null;
  return (
    counters.length > 0 && counters.every((each) => each?.requests !== 0 && each?.errors === 0)
  );
}

/** Largest distance from a server's share in percent of that share; with equal weights, the mean. */
export function deviationOf(counts: readonly ServerCount[]): number | null {
  if (counts.length <= 1) return 0;
  const known = counts.flatMap(({ counters, weight }) =>
    counters === null || weight === null ? [] : [{ requests: counters.requests, weight }],
  );
  if (known.length < counts.length) return null;
  const total = known.reduce((sum, each) => sum + each.requests, 0);
  const weights = known.reduce((sum, each) => sum + each.weight, 0);
  const distances = known.map((each) => {
    const share = weights === 0 ? total / known.length : (total * each.weight) / weights;
    if (share === 0) return each.requests === 0 && total > 0 ? 0 : 100;
    return percent(Math.abs(each.requests - share), share);
  });
  return Math.max(...distances);
}
