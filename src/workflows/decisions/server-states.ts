/** How servers stand, in words, as the run saw them last. */
import type { ServerStatus } from '../messages.ts';
import type { RunIdentity, ShownPart } from '../run.ts';
import { hasMany } from '../showing/many.ts';
import { poolText } from '../showing/words.ts';

/** For example `197 × v2.0.0 (in the pool)`. */
export function countStates(run: ShownPart, without: ReadonlySet<string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name, version, pool } of run.status.servers) {
    if (without.has(name)) continue;
    const state = `${version ?? '–'}${placeText(run, pool)}`;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${count} × ${state}`);
}

/** Where a server stands, in brackets; '' where there is no pool. */
function placeText({ status }: ShownPart, pool: ServerStatus['pool']): string {
  return pool === 'none' ? '' : ` (${poolText(pool, status.language)})`;
}

/** As the run saw them last. */
export function lastSeen(run: RunIdentity & ShownPart): readonly string[] {
  if (hasMany(run)) return countStates(run, new Set());
  return run.status.servers.map(
    ({ name, version, pool }) => `${name} ${version ?? '–'}${placeText(run, pool)}`,
  );
}
