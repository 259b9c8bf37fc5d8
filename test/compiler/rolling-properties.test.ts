/** Whatever people write of batches: nothing is thrown, and what is accepted can be kept. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { planDigest } from '../../src/compiler/index.ts';
import { readRolling, rollingValueText } from '../../src/compiler/parse/rolling.ts';
import { type ResolvedRequest, resolveRequest } from '../../src/compiler/request/resolve.ts';
import { ROLLING_KEYS } from '../../src/compiler/request/rolling-names.ts';
import { parseTextRequest } from '../../src/compiler/request/text.ts';
import type { BatchSize, Json, RollingSettings } from '../../src/plan/plan.ts';
import { batchesOf, fewestInPool } from '../../src/plan/rolling.ts';
import { anyCharacter, property } from '../support/property.ts';
import { SETTINGS } from '../support/resolved-run.ts';
import { planSchema } from './plan-schema.ts';
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
const projectRolling: fc.Arbitrary<RollingSettings | undefined> = fc.option(
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

interface Run {
  readonly asked: Readonly<Record<string, Json>>;
  readonly project: RollingSettings | undefined;
  readonly isLabelled: boolean;
  readonly servers: number;
  /** Of the pool, beside the run's servers. */
  readonly others: number;
  readonly floorPercent: number;
}

const anyRun: fc.Arbitrary<Run> = fc.record({
  asked,
  project: projectRolling,
  isLabelled: fc.boolean(),
  servers: fc.integer({ min: 1, max: 9 }),
  others: fc.integer({ min: 0, max: 4 }),
  floorPercent: fc.constantFrom(0, 0, 40),
});

/** Nothing in it can be refused: budgets below the servers, and a pool that every floor leaves them. */
const goodRun: fc.Arbitrary<Run> = fc.integer({ min: 2, max: 9 }).chain((servers) => {
  const smaller = fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 99 }).map((percent) => `${percent}%`),
    fc.constantFrom('1台', '２５％', '2 servers'),
  );
  const batches = fc.oneof(smaller, fc.array(smaller, { minLength: 1, maxLength: 4 }));
  const duration = fc.constantFrom('无', '30秒', '1 minute');
  const budget = fc.integer({ min: 0, max: servers - 1 });
  const floor = fc.integer({ min: 0, max: 75 });
  return fc.record({
    asked: fc.record(
      {
        batches,
        batch_pause: duration,
        failure_budget: budget,
        minimum_in_pool: floor.map((percent) => `${percent}%`),
        observe: duration,
      },
      { requiredKeys: ['batches'] },
    ),
    project: fc.option(
      fc.record(
        {
          batches: fc.array(known, { minLength: 1, maxLength: 3 }),
          minimumInPoolPercent: floor,
          failureBudget: budget,
        },
        { requiredKeys: ['batches'] },
      ),
      { nil: undefined },
    ),
    isLabelled: fc.boolean(),
    servers: fc.constant(servers),
    others: fc.constant(servers * 3),
    floorPercent: fc.constantFrom(0, 40),
  });
});

function asJson(given: unknown): Json {
  return JSON.parse(JSON.stringify(given)) as Json;
}

function serversOf(run: Run): { readonly servers: string[]; readonly pool: string[] } {
  const pool = Array.from({ length: run.servers + run.others }, (_, at) => `s-${at}`);
  return { servers: pool.slice(0, run.servers), pool };
}

function resolve(run: Run) {
  const { servers, pool } = serversOf(run);
  const plan = run.isLabelled ? labelled : plain;
  const rolling = run.project;
  return resolveRequest({
    plan,
    planDigest: planDigest(plan),
    inputs: [{ environment: 'production', servers, version: 'v1', ...run.asked }],
    project: {
      environments: { production: { servers: pool, ...(rolling !== undefined && { rolling }) } },
      actions: {},
      balancer: { ...SETTINGS.balancer, floorPercent: run.floorPercent },
    },
    templateFiles: [],
  });
}

function canBeKept(run: Run, resolved: ResolvedRequest): void {
  const { servers, pool } = serversOf(run);
  const { rolling: rule } = resolved.plan;
  expect(resolved.planDigest).toBe(planDigest(resolved.plan));
  expect(planSchema.safeParse(resolved.plan).success).toBe(true);
  expect(resolved.rollingFrom === null).toBe(rule === undefined);
  const batches = batchesOf(servers, rule);
  expect(batches.flat()).toEqual(servers);
  const kept = fewestInPool(pool.length, rule?.minimumInPoolPercent ?? run.floorPercent);
  for (const batch of batches) expect(pool.length - batch.length).toBeGreaterThanOrEqual(kept);
  expect(rule?.failureBudget ?? 0).toBeLessThan(servers.length);
}

property(
  'any text of any setting is read or refused with a remedy',
  [fc.constantFrom(...ROLLING_KEYS), fc.oneof(fc.string({ unit: anyCharacter }), size.map(String))],
  (label, text) => {
    const read = readRolling(label, text);
    if (!read.ok) expect(read.problem.remedy?.zh).toBeTruthy();
  },
  { runs: 300 },
);

property(
  'any value of a request is read or refused with a reason, and what is accepted can be kept',
  [anyRun],
  (run) => {
    const { request, diagnostics } = resolve(run);
    if (request === null) expect(diagnostics.map(({ severity }) => severity)).toContain('error');
    else canBeKept(run, request);
  },
  { runs: 300 },
);

property('what can be kept is accepted', [goodRun], (run) => {
  const { request, diagnostics } = resolve(run);
  if (request === null) throw new Error(diagnostics.map(({ message }) => message.en).join('\n'));
  canBeKept(run, request);
});

property(
  'a value written as a text under 但修改 means what it means in JSON',
  [fc.constantFrom(...ROLLING_KEYS), size],
  (key, written) => {
    const text = rollingValueText(written) ?? '';
    const { request, diagnostics } = parseTextRequest(`执行 a 模板\n但修改:\n- ${key}: ${text}`);
    expect(diagnostics).toEqual([]);
    expect(readRolling(key, request.rolling[0]?.text ?? '')).toEqual(readRolling(key, text));
  },
);

const label = fc
  .tuple(
    fc.constantFrom('批次', '批次间隔', '失败预算', '最少在线', '观察', 'Batches', 'Observe'),
    fc.oneof(size.map(String), fc.constantFrom('[1, 50%]', '1分钟', '50%', '\n- 1')),
  )
  .map(([name, text]) => `**${name}**: ${text}`);

property(
  'any labels on any step: no throw, every place inside the file, a plan or an error',
  [fc.array(label, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 9 })],
  (labels, step) => {
    const text = withLabels(step, labels.join('\n'));
    const { plan, diagnostics, explanation } = compile(text);
    expect(plan === null).toBe(diagnostics.some((each) => each.severity === 'error'));
    const count = text.split('\n').length;
    for (const { place } of diagnostics) expect(place?.line).toBeLessThanOrEqual(count);
    expect(explanation.length).toBeGreaterThanOrEqual(count - 1);
  },
  { runs: 60 },
);
