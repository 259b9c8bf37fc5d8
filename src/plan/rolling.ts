/** Batches of a rolling deployment. Pure: the compiler shows them, the interpreter runs them. */
import type { BatchSize, Plan, PlanStep, RollingRule } from './plan.ts';

/**
 * The servers in the order in which they have their turn. Without a rule: one batch of all.
 * @returns batches that are never empty and together hold each server once
 */
export function batchesOf(
  servers: readonly string[],
  rule: RollingRule | undefined,
): readonly (readonly string[])[] {
  if (rule === undefined) return [servers];
  const batches: (readonly string[])[] = [];
  for (let begun = 0; begun < servers.length; ) {
    const size = rule.batches[Math.min(batches.length, rule.batches.length - 1)];
    const count = size === undefined ? servers.length : sizeOf(size, servers.length);
    batches.push(servers.slice(begun, begun + count));
    begun += count;
  }
  return batches;
}

/** The steps that run batch by batch. Numbers name steps; the document's order is what counts. */
export function rolledSteps({
  rolling,
  steps,
}: Pick<Plan, 'rolling' | 'steps'>): readonly PlanStep[] {
  const begin = steps.findIndex((step) => step.number === rolling?.from);
  const end = steps.findIndex((step) => step.number === rolling?.to);
  return begin === -1 ? [] : steps.slice(begin, end + 1);
}

/** How many servers are out of the pool at once at most. */
export function largestBatch(servers: readonly string[], rule: RollingRule | undefined): number {
  return Math.max(0, ...batchesOf(servers, rule).map((batch) => batch.length));
}

/** The fewest servers that a floor in percent leaves in a pool of this size. */
export function fewestInPool(poolSize: number, percent: number): number {
  return Math.ceil((poolSize * percent) / 100);
}

function sizeOf(size: BatchSize, servers: number): number {
  const wanted = size.kind === 'count' ? size.servers : Math.floor((servers * size.percent) / 100);
  return Math.max(1, wanted);
}
