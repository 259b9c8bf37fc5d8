import type { TestSettings } from '../../../plan/settings.ts';
import type { TestCase } from './junit.ts';

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  /** Counted apart: a skipped test is in no rate, except among the critical ones. */
  readonly skipped: number;
  /** passed / (passed + failed + errors) × 100; null where nothing ran. */
  readonly passRate: number | null;
  readonly failures: readonly TestCase[];
}

export function summarise(cases: readonly TestCase[]): TestSummary {
  const count = (outcome: TestCase['outcome']): number =>
    cases.filter((each) => each.outcome === outcome).length;
  const passed = count('passed');
  const failed = count('failed');
  const errors = count('error');
  const ran = passed + failed + errors;
  return {
    passed,
    failed,
    errors,
    skipped: count('skipped'),
    passRate: ran === 0 ? null : (passed / ran) * 100,
    failures: cases.filter((each) => each.outcome === 'failed' || each.outcome === 'error'),
  };
}

export interface CriticalSummary {
  readonly selected: number;
  readonly passed: number;
  /** passed / selected × 100: one that was skipped has not passed. null: none was selected. */
  readonly passRate: number | null;
  readonly others: readonly TestCase[];
}

/**
 * The tests that `tests.critical` selects: `name` is a regular expression over `classname name`,
 * `marker` the name or value of a property or tag; either is enough.
 * @throws SyntaxError where `name` is no regular expression
 */
export function summariseCritical(
  cases: readonly TestCase[],
  critical: TestSettings['critical'],
): CriticalSummary {
  const pattern = critical?.name === undefined ? null : new RegExp(critical.name, 'u');
  const marker = critical?.marker;
  const selected = cases.filter(
    (each) =>
      pattern?.test(`${each.classname} ${each.name}`.trim()) === true ||
      (marker !== undefined && each.markers.includes(marker)),
  );
  const others = selected.filter((each) => each.outcome !== 'passed');
  const passed = selected.length - others.length;
  return {
    selected: selected.length,
    passed,
    passRate: selected.length === 0 ? null : (passed / selected.length) * 100,
    others,
  };
}
