import type { RouteChanges } from '../ports/load-balancer.ts';

/** All routes of a balancer once these have been set, or taken away. */
export function changedRoutes(
  actual: Readonly<Record<string, string>>,
  changes: RouteChanges,
): Readonly<Record<string, string>> {
  const all = Object.entries({ ...actual, ...changes });
  return Object.fromEntries(
    all.flatMap(([prefix, pool]) => (pool === null ? [] : [[prefix, pool]])),
  );
}
