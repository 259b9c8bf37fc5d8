/** Batches and what is said of them. */
import { describe, expect, it } from 'vitest';
import type { BatchSize, PlanStep, RollingRule } from '../../src/plan/plan.ts';
import { batchesOf, fewestInPool, largestBatch, rolledSteps } from '../../src/plan/rolling.ts';
import { duration, rollingSourceText, rollingText } from '../../src/plan/rolling-words.ts';
import { SEED_PLAN } from '../support/seed-plan.ts';

const SEED_STEP: PlanStep = { kind: 'action', number: 0, skipWhen: [], tasks: [], criteria: [] };
const count = (servers: number): BatchSize => ({ kind: 'count', servers });
const percent = (value: number): BatchSize => ({ kind: 'percent', percent: value });
const rule = (batches: readonly BatchSize[], rest: Partial<RollingRule> = {}): RollingRule => ({
  from: 6,
  to: 9,
  batches,
  pauseSeconds: 0,
  failureBudget: 0,
  minimumInPoolPercent: 0,
  observeSeconds: 0,
  ...rest,
});
const names = (many: number): string[] => Array.from({ length: many }, (_, at) => `s${at + 1}`);

describe('batches', () => {
  it.each<[number, readonly BatchSize[], number[]]>([
    [3, [count(1)], [1, 1, 1]],
    [10, [count(1), percent(10), percent(50)], [1, 1, 5, 3]],
    [3, [percent(25)], [1, 1, 1]],
    [3, [percent(100)], [3]],
    [2, [count(5)], [2]],
    [10, [count(3), count(4)], [3, 4, 3]],
    [0, [count(1)], []],
  ])('of %i servers by %j', (many, sizes, expected) => {
    const servers = names(many);
    const batches = batchesOf(servers, rule(sizes));
    expect(batches.map((batch) => batch.length)).toEqual(expected);
    expect(batches.flat()).toEqual(servers);
    expect(largestBatch(servers, rule(sizes))).toBe(Math.max(0, ...expected));
  });

  it('without a rule are one of all', () => {
    expect(batchesOf(['a', 'b'], undefined)).toEqual([['a', 'b']]);
  });

  it.each([
    [3, 50, 2],
    [10, 90, 9],
    [3, 0, 0],
    [1, 50, 1],
  ])('a pool of %i with a floor of %i %% keeps %i', (pool, floor, kept) => {
    expect(fewestInPool(pool, floor)).toBe(kept);
  });
});

describe('the steps that roll', () => {
  it('are those between the first and the last in the document, whatever their numbers', () => {
    const steps = [5, 6, 20, 9, 8].map((number) => ({ ...SEED_STEP, number }));
    const plan = { ...SEED_PLAN, steps, rolling: rule([count(1)]) };
    expect(rolledSteps(plan).map((step) => step.number)).toEqual([6, 20, 9]);
    expect(rolledSteps(SEED_PLAN)).toEqual([]);
  });
});

describe('what a rule says', () => {
  const full = rule([count(1), percent(10), percent(100)], {
    pauseSeconds: 60,
    failureBudget: 1,
    minimumInPoolPercent: 50,
    observeSeconds: 30,
  });

  it('is one line in either language', () => {
    expect(rollingText(full, 'zh')).toBe(
      '1 台、10%、全部；首批观察 30 秒；批次间隔 1 分钟；允许失败台数 1；最少在线 50%',
    );
    expect(rollingText(full, 'en')).toBe(
      '1 server, 10%, all; first one observed for 30 s; pause 1 min; failure budget 1 server; minimum in pool 50%',
    );
  });

  it('leaves out what is not set', () => {
    expect(rollingText(rule([count(2)]), 'en')).toBe('2 servers');
    expect(rollingText({ failureBudget: 2 }, 'en')).toBe('failure budget 2 servers');
  });

  it('names who decided', () => {
    expect(rollingSourceText('request', 'zh')).toBe('来自请求');
    expect(rollingSourceText('project', 'en')).toBe('from runsheet.yaml');
    expect(rollingSourceText(null, 'en')).toBe('');
  });

  it.each([
    [0, '0 s'],
    [0.5, '0.5 s'],
    [90, '1 min 30 s'],
    [3600, '1 h'],
    [3660.25, '1 h 1 min 0.25 s'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds, 'en')).toBe(text);
  });
});
