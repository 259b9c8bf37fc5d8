/** Several HAProxies in front of the same servers, seen as one pool. Pure. */
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';

/** A server as HAProxy tells it: nothing of it is unknown but response times. */
export interface HaproxyServer extends PoolServer {
  readonly healthy: boolean;
  readonly weight: number;
  readonly active: number;
  readonly requests: number;
  readonly errors: number;
}

export interface HaproxyState extends PoolState {
  readonly servers: readonly HaproxyServer[];
  readonly emptyMs: number;
  readonly process: string;
}

export function mergeStates(states: readonly HaproxyState[]): HaproxyState {
  const names = new Set(states.flatMap(({ servers }) => servers.map(({ name }) => name)));
  return {
    servers: [...names].map((name) => mergeServer(name, states)),
    emptyMs: Math.max(0, ...states.map(({ emptyMs }) => emptyMs)),
    process: states.map(({ process }) => process).join(' '),
  };
}

function mergeServer(name: string, states: readonly HaproxyState[]): HaproxyServer {
  const seen = states.flatMap(({ servers }) => servers.filter((each) => each.name === name));
  const sum = (of: (server: HaproxyServer) => number): number =>
    seen.reduce((total, each) => total + of(each), 0);
  const open = seen.filter(({ admin }) => admin !== 'maint');
  const ready = seen.filter(({ admin }) => admin === 'ready');
  // An operator's maint at one of them is theirs; one that does not know the server lets nothing in.
  const lacking = open.length - ready.length + (states.length - seen.length);
  const isSplit = ready.length > 0 && lacking > 0;
  const held = open.length === 0 ? seen.find((each) => each.held !== undefined)?.held : undefined;
  return {
    name,
    admin: open.length === 0 ? 'maint' : ready.length > 0 && lacking === 0 ? 'ready' : 'drain',
    ...(isSplit && { split: true }),
    ...(held !== undefined && { held }),
    healthy: open.length > 0 && open.every(({ healthy }) => healthy),
    weight: seen[0]?.weight ?? 0,
    active: sum(({ active }) => active),
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    p95Ms: null,
  };
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
