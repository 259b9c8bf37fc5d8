/** Routes of several HAProxies in front of the same servers. Pure. */

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
