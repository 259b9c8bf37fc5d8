import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/plan/canonical.ts';
import { planSchema } from './plan-schema.ts';
import { planOf, seedText } from './reference.ts';

const folder = new URL('./fixtures/', import.meta.url);

test("the seed's plan and every golden plan fit the schema", () => {
  const plans = readdirSync(folder).flatMap((name) => {
    const path = new URL(`${name}/plan.json`, folder);
    return existsSync(path) ? [JSON.parse(readFileSync(path, 'utf8')) as object] : [];
  });
  expect(plans.length).toBeGreaterThan(5);
  for (const plan of [planOf(seedText), ...plans]) {
    expect(planSchema.safeParse(plan).error?.issues ?? []).toEqual([]);
  }
});

test('a plan with a key that nobody knows, or an action that does not exist, does not fit', () => {
  const plan = planOf(seedText);
  expect(planSchema.safeParse({ ...plan, extra: 1 }).success).toBe(false);
  const step = { ...plan.steps[0], tasks: [{ action: 'no.such', settings: {} }] };
  expect(planSchema.safeParse({ ...plan, steps: [step] }).success).toBe(false);
});

test('canonical JSON orders keys and refuses what JSON lacks', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe(
    '{"b":[1,{"c":"x","d":null}]}',
  );
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
});
