/** Whatever people write of batches: nothing is thrown, and what is accepted can be kept. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planDigest, planSchema } from '../../src/compiler/index.ts';
import { readRolling, rollingValueText } from '../../src/compiler/parse/rolling.ts';
import { resolveRequest } from '../../src/compiler/request/resolve.ts';
import { ROLLING_KEYS } from '../../src/compiler/request/rolling-names.ts';
import { parseTextRequest } from '../../src/compiler/request/text.ts';
import type { BatchSize, Json, RollingSettings } from '../../src/plan/plan.ts';
import { batchesOf, fewestInPool } from '../../src/plan/rolling.ts';
import { compile, ownText, planOf } from './reference.ts';
import { withLabels } from './rolling-variants.ts';

const plain = planOf(ownText);
const labelled = planOf(
  withLabels(6, '**批次**: [1, 50%]\n**最少在线**: 30%\n**失败预算**: 1\n**观察**: 5秒'),
);

const size = fc.oneof(
  fc.integer({ min: -1, max: 12 }),
  fc.integer({ min: -1, max: 130 }).map((percent) => `${percent}%`),
  fc.constantFrom('全部', 'all', '1台', '２５％', 'x', ''),
);
const value = fc.oneof(size, fc.array(size, { maxLength: 4 }), fc.jsonValue().map(asJson));
const asked = fc.dictionary(fc.constantFrom(...ROLLING_KEYS, '批次', '观察'), value, {
  maxKeys: 4,
});
const known: fc.Arbitrary<BatchSize> = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((servers): BatchSize => ({ kind: 'count', servers })),
  fc.integer({ min: 1, max: 100 }).map((percent): BatchSize => ({ kind: 'percent', percent })),
);
const project: fc.Arbitrary<RollingSettings | undefined> = fc.option(
  fc.record(
    {
      batches: fc.array(known, { minLength: 1, maxLength: 3 }),
      minimumInPoolPercent: fc.integer({ min: 0, max: 99 }),
      failureBudget: fc.integer({ min: 0, max: 3 }),
    },
    { requiredKeys: ['batches'] },
  ),
  { nil: undefined },
);

function asJson(given: unknown): Json {
  return JSON.parse(JSON.stringify(given)) as Json;
}

test('any text of any setting is read or refused with a remedy', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ROLLING_KEYS), fc.string({ unit: 'binary' }), (label, text) => {
      const read = readRolling(label, text);
      if (!read.ok) expect(read.problem.remedy.zh).not.toBe('');
    }),
    { numRuns: 300 },
  );
});

test('any value of a request is read or refused, and what is accepted can be kept', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      asked,
      project,
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom(0, 0, 40),
      (request, rolling, isLabelled, many, others, floorPercent) => {
        const pool = Array.from({ length: many + others }, (_, at) => `s-${at}`);
        const servers = pool.slice(0, many);
        const plan = isLabelled ? labelled : plain;
        const { request: resolved } = resolveRequest({
          plan,
          planDigest: planDigest(plan),
          inputs: [{ environment: 'production', servers, version: 'v1', ...request }],
          project: {
            environments: {
              production: { servers: pool, ...(rolling !== undefined && { rolling }) },
            },
            actions: {},
            floorPercent,
          },
          templateFiles: [],
        });
        if (resolved === null) return;
        accepted += 1;
        const { rolling: rule } = resolved.plan;
        expect(resolved.planDigest).toBe(planDigest(resolved.plan));
        expect(planSchema.safeParse(resolved.plan).success).toBe(true);
        expect(resolved.rollingFrom === null).toBe(rule === undefined);
        const batches = batchesOf(servers, rule);
        expect(batches.flat()).toEqual(servers);
        const kept = fewestInPool(pool.length, rule?.minimumInPoolPercent ?? floorPercent);
        for (const batch of batches)
          expect(pool.length - batch.length).toBeGreaterThanOrEqual(kept);
        expect(rule?.failureBudget ?? 0).toBeLessThan(many);
      },
    ),
    { numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(50);
});

test('a value written as a text under 但修改 means what it means in JSON', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ROLLING_KEYS), size, (key, written) => {
      const text = rollingValueText(written) ?? '';
      const { request, diagnostics } = parseTextRequest(`执行 a 模板\n但修改:\n- ${key}: ${text}`);
      expect(diagnostics).toEqual([]);
      expect(readRolling(key, request.rolling[0]?.text ?? '')).toEqual(readRolling(key, text));
    }),
  );
});

test('any labels on any step: no throw, every place inside the file, a plan or an error', () => {
  const lines = fc.array(
    fc
      .tuple(
        fc.constantFrom('批次', '批次间隔', '失败预算', '最少在线', '观察', 'Batches', 'Observe'),
        fc.oneof(size.map(String), fc.constantFrom('[1, 50%]', '1分钟', '50%', '\n- 1')),
      )
      .map(([label, text]) => `**${label}**: ${text}`),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 9 }), (labels, step) => {
      const text = withLabels(step, labels.join('\n'));
      const { plan, diagnostics, explanation } = compile(text);
      expect(plan === null).toBe(diagnostics.some((each) => each.severity === 'error'));
      const count = text.split('\n').length;
      for (const { place } of diagnostics) expect(place?.line).toBeLessThanOrEqual(count);
      expect(explanation.length).toBeGreaterThanOrEqual(count - 1);
    }),
    { numRuns: 60 },
  );
}, 120_000);
