/** Whether the pool, as the preflight finds it, can spare each batch of servers. Pure. */
import type { ActionId } from '../../actions/index.ts';
import { say } from '../../diagnostics/language.ts';
import type { RollingRule } from '../../plan/plan.ts';
import { batchesOf, fewestInPool } from '../../plan/rolling.ts';
import type { PreflightCheck, PreflightResult, RunRef } from '../../plan/run.ts';
import type { ProjectSettings } from '../../plan/settings.ts';

interface FloorSubject {
  readonly ref: RunRef;
  readonly settings: ProjectSettings;
  readonly servers: readonly string[];
  readonly does: readonly ActionId[];
  readonly rolling: RollingRule | undefined;
}

/** The results, with a failed check of the balancer where a batch would not be let go. */
export function withFloor(
  subject: FloorSubject,
  results: readonly PreflightResult[],
): readonly PreflightResult[] {
  const failed = floorCheck(subject, results);
  if (failed === null) return results;
  return results.map((each) =>
    each.pool === undefined ? each : { ...each, checks: [...each.checks, failed] },
  );
}

function floorCheck(
  { ref, settings: { balancer }, servers, does, rolling }: FloorSubject,
  results: readonly PreflightResult[],
): PreflightCheck | null {
  const percent = Math.max(balancer.floorPercent, rolling?.minimumInPoolPercent ?? 0);
  const pool = results.find((each) => each.pool !== undefined)?.pool;
  if (percent === 0 || pool === undefined || !does.includes('pool.drain')) return null;
  const least = fewestInPool(pool.size, percent);
  const placeOf = new Map(results.map(({ subject, before }) => [subject, before?.pool]));
  const isOut = (server: string): boolean =>
    results.some(({ subject, reachable }) => subject === server && !reachable);
  const serving = new Set(pool.serving.filter((server) => !isOut(server)));
  for (const batch of batchesOf(
    servers.filter((server) => !isOut(server)),
    rolling,
  )) {
    const leaving = batch.filter((server) => serving.has(server));
    const left = serving.size - leaving.length;
    if (leaving.length > 0 && left < least) {
      const names = leaving.join(', ');
      return {
        name: 'pool',
        state: 'failed',
        detail: sentence(ref, balancer.pool, { names, left, least, percent, size: pool.size }),
      };
    }
    // They serve when their batch is over, but for those that an operator keeps out.
    for (const server of batch) if (placeOf.get(server) !== 'maint') serving.add(server);
  }
  return null;
}

interface Said {
  readonly names: string;
  readonly left: number;
  readonly least: number;
  readonly percent: number;
  readonly size: number;
}

function sentence(ref: RunRef, pool: string, { names, left, least, percent, size }: Said): string {
  return say(
    ref,
    `池 ${pool} 现在让不出 ${names}：${size} 台中至少要有 ${least} 台（${percent}%）在线，移出后只剩 ${left} 台。请先恢复其他服务器、减小批次，或调低 balancer.floor`,
    `the pool ${pool} cannot spare ${names} now: at least ${least} of ${size} servers (${percent}%) must serve, and ${left} would. Bring the others back first, take smaller batches, or lower balancer.floor`,
  );
}
