/** Several balancers of a kind in front of the same servers, seen as one pool. Pure. */
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';

/** What one of them cannot tell, the pool cannot either: null. */
export function mergeStates(states: readonly PoolState[]): PoolState {
  const names = new Set(states.flatMap(({ servers }) => servers.map(({ name }) => name)));
  return {
    servers: [...names].map((name) => mergeServer(name, states)),
    emptyMs: allKnown(
      states.map(({ emptyMs }) => emptyMs),
      (times) => Math.max(0, ...times),
    ),
    process: allKnown(
      states.map(({ process }) => process),
      (names) => names.join(' '),
    ),
  };
}

function mergeServer(name: string, states: readonly PoolState[]): PoolServer {
  const seen = states.flatMap(({ servers }) => servers.filter((each) => each.name === name));
  const sum = (of: (server: PoolServer) => number | null): number | null =>
    allKnown(seen.map(of), (figures) => figures.reduce((total, each) => total + each, 0));
  const open = seen.filter(({ admin }) => admin !== 'maint');
  const taking = seen.filter(({ admin, split }) => admin === 'ready' || split === true);
  const ready = seen.filter(({ admin }) => admin === 'ready');
  // An operator's maint at one of them is theirs; one that does not know the server lets nothing in.
  const lacking = open.length - ready.length + (states.length - seen.length);
  const isSplit = taking.length > 0 && lacking > 0;
  const held = open.length === 0 ? seen.find((each) => each.held !== undefined)?.held : undefined;
  const tunnels = sumTunnels(seen.map((each) => each.tunnels));
  const awaited = seen.find((each) => each.awaited !== undefined)?.awaited;
  return {
    name,
    admin: open.length === 0 ? 'maint' : ready.length > 0 && lacking === 0 ? 'ready' : 'drain',
    ...(isSplit && { split: true }),
    ...(held !== undefined && { held }),
    ...(tunnels !== undefined && { tunnels }),
    ...(awaited !== undefined && { awaited }),
    healthy: healthOf(seen, open),
    weight: seen[0]?.weight ?? null,
    active: sum(({ active }) => active),
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    p95Ms: null,
  };
}

/** undefined: none of them tells of any. */
export function sumTunnels(
  each: readonly PoolServer['tunnels'][],
): NonNullable<PoolServer['tunnels']> | undefined {
  const told = each.filter((tunnels) => tunnels !== undefined);
  if (told.length === 0) return undefined;
  const ages = told.flatMap(({ oldestSeconds }) => oldestSeconds ?? []);
  return {
    count: told.reduce((sum, { count }) => sum + count, 0),
    oldestSeconds: ages.length === 0 ? null : Math.max(...ages),
  };
}

/** Ill where one of those that may give it requests calls it so, or none may. */
function healthOf(seen: readonly PoolServer[], open: readonly PoolServer[]): boolean | null {
  if (seen.every(({ healthy }) => healthy === null)) return null;
  if (open.length === 0 || open.some(({ healthy }) => healthy === false)) return false;
  return open.every(({ healthy }) => healthy === true) ? true : null;
}

function allKnown<T, Result>(
  values: readonly (T | null)[],
  of: (known: readonly T[]) => Result,
): Result | null {
  const known = values.filter((each) => each !== null);
  return known.length < values.length || known.length === 0 ? null : of(known);
}
