/** Several HAProxies in front of the same servers, seen as one pool. Pure. */
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';

/** The least that one of them lets in is what the pool lets in. */
const LEAST_FIRST = ['maint', 'drain', 'ready'] as const;

export function mergeStates(states: readonly PoolState[]): PoolState {
  const names = new Set(states.flatMap(({ servers }) => servers.map(({ name }) => name)));
  return {
    servers: [...names].map((name) =>
      mergeServer(
        states.flatMap(({ servers }) => servers.filter((each) => each.name === name)),
        states.length,
      ),
    ),
    emptyMs: Math.max(0, ...states.map(({ emptyMs }) => emptyMs)),
    process: states.map(({ process }) => process).join(' '),
  };
}

/** @param balancers how many there are: one that does not know the server gives it nothing */
function mergeServer(seen: readonly PoolServer[], balancers: number): PoolServer {
  const [first] = seen;
  if (first === undefined) throw new TypeError('a server that no balancer has');
  const sum = (of: (server: PoolServer) => number): number =>
    seen.reduce((total, each) => total + of(each), 0);
  const states = seen.map(({ admin }) => admin);
  const isSplit = states.includes('ready') && readyIn(states) < balancers;
  const held = seen.find((each) => each.held !== undefined)?.held;
  return {
    name: first.name,
    admin: isSplit && !states.includes('maint') ? 'drain' : leastOf(states),
    ...(isSplit && { split: true }),
    ...(held !== undefined && { held }),
    healthy: seen.every(({ healthy }) => healthy),
    weight: first.weight,
    active: sum(({ active }) => active),
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    p95Ms: null,
  };
}

function readyIn(states: readonly PoolServer['admin'][]): number {
  return states.filter((each) => each === 'ready').length;
}

function leastOf(states: readonly PoolServer['admin'][]): PoolServer['admin'] {
  return LEAST_FIRST.find((each) => states.includes(each)) ?? 'drain';
}

/** Routes as one HAProxy has them, and the pools that are its own. */
export interface InstanceRoutes {
  readonly routes: Readonly<Record<string, string>>;
  readonly has: (pool: string) => boolean;
}

/** Routes that each HAProxy has which has the pool that they lead to. */
export function mergeRoutes(all: readonly InstanceRoutes[]): Readonly<Record<string, string>> {
  const entries = all.flatMap(({ routes }) => Object.entries(routes));
  return Object.fromEntries(
    entries.filter(([prefix, pool]) =>
      concerned(all, pool).every(({ routes }) => routes[prefix] === pool),
    ),
  );
}

/** Those that have the pool; a backend that is no pool of the project is expected everywhere. */
export function concerned<T extends { has(pool: string): boolean }>(
  all: readonly T[],
  pool: string,
): readonly T[] {
  const own = all.filter((each) => each.has(pool));
  return own.length > 0 ? own : all;
}
