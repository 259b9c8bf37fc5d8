/** `environments.<name>.rolling`: the batches of runs whose request and template say nothing else. */
import { z } from 'zod';
import type { BatchSize, RollingSettings } from '../plan/plan.ts';
import { count, defined, seconds } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const SIZE = fieldProblem('batchSize');
const PERCENT = /^(\d{1,3}(?:\.\d+)?)\s*[%％]$/u;

const size = z.union([z.number(), z.string()], { error: SIZE }).transform((value, context) => {
  const read = typeof value === 'number' ? countOf(value) : percentOf(value);
  if (read !== null) return read;
  context.addIssue({ code: 'custom', message: SIZE });
  return z.NEVER;
});

const pause = z.union([z.literal(0), seconds], {
  error: fieldProblem('pause'),
});

const MINIMUM = fieldProblem('minimumInPool');

/** Batches are required: what belongs to them means nothing where all servers go at once. */
export const rolling = z
  .strictObject({
    batches: z.union(
      [
        size.transform((only) => [only]),
        z.array(size).min(1, { error: SIZE }).max(50, { error: SIZE }),
      ],
      { error: SIZE },
    ),
    pause: pause.optional(),
    failure_budget: count(0, 9999).optional(),
    minimum_in_pool: z
      .string({ error: MINIMUM })
      .refine(isMinimum, { error: MINIMUM })
      .transform((text) => Number.parseFloat(text))
      .optional(),
    observe: pause.optional(),
  })
  .transform(({ batches, pause: between, failure_budget, minimum_in_pool, observe }) =>
    defined({
      batches,
      pauseSeconds: between,
      failureBudget: failure_budget,
      minimumInPoolPercent: minimum_in_pool,
      observeSeconds: observe,
    }),
  )
  .transform((each): RollingSettings => each);

function countOf(servers: number): BatchSize | null {
  const fits = Number.isInteger(servers) && servers >= 1 && servers <= 9999;
  return fits ? { kind: 'count', servers } : null;
}

function percentOf(text: string): BatchSize | null {
  const percent = Number(PERCENT.exec(text)?.[1] ?? 0);
  return percent > 0 && percent <= 100 ? { kind: 'percent', percent } : null;
}

function isMinimum(text: string): boolean {
  return Number(PERCENT.exec(text)?.[1] ?? 100) < 100;
}
