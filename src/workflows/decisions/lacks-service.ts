import { fewestInPool } from '../../plan/rolling.ts';
import { type FleetParts, hasPool } from '../run.ts';

/** Whether the pool has fewer servers than it must; before the run has touched any, it is not its doing. */
export function lacksService(run: FleetParts): boolean {
  if (run.before.size === 0) return false;
  const { poolSize, servers } = run.resolved;
  const others = hasPool(run) ? Math.max(0, poolSize - servers.length) : 0;
  const percent = run.plan.rolling?.minimumInPoolPercent ?? 0;
  const least = hasPool(run) ? Math.max(1, fewestInPool(poolSize, percent)) : 1;
  return run.availability.servingCount() + others < least;
}
