/** `environments.<name>.rolling`: the batches of runs whose request and template say nothing else. */
import { z } from 'zod';
import type { BatchSize, RollingSettings } from '../plan/plan.ts';
import { count, defined, seconds } from './fields.ts';

const SIZE =
  '需要台数或百分数，例如 1、25% · expected a number of servers or a percentage, such as 1 or 25%';
const PERCENT = /^(\d{1,3}(?:\.\d+)?)\s*[%％]$/u;

const size = z.union(
  [
    count(1, 9999).transform((servers): BatchSize => ({ kind: 'count', servers })),
    z
      .string()
      .refine((text) => isPercent(text, (value) => value > 0 && value <= 100))
      .transform((text): BatchSize => ({ kind: 'percent', percent: Number.parseFloat(text) })),
  ],
  { error: SIZE },
);

const pause = z.union([z.literal(0).transform(() => 0), seconds], {
  error: '需要时长，例如 30s、5m · expected a duration such as 30s or 5m',
});

const FLOOR = '需要小于 100% 的百分数，例如 50% · expected a percentage below 100%, such as 50%';

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
      .string({ error: FLOOR })
      .refine((text) => isPercent(text, (value) => value < 100), { error: FLOOR })
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

function isPercent(text: string, fits: (value: number) => boolean): boolean {
  const value = PERCENT.exec(text)?.[1];
  return value !== undefined && fits(Number(value));
}
