import type { TestSettings } from '../../../plan/settings.ts';
import type { JunitReport, Unlisted } from './junit.ts';
import type { TestCase } from './junit-case.ts';

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  /** Counted apart: a skipped test is in no rate, except among the critical ones. */
  readonly skipped: number;
  /** Of those that passed: only when they were run again. */
  readonly flaky: number;
  readonly failures: readonly TestCase[];
}

/** Tests that are counted and not listed are errors: nobody has seen them pass. */
export function summarise({ cases, unlisted }: JunitReport): TestSummary {
  const count = (outcome: TestCase['outcome']): number =>
    cases.filter((each) => each.outcome === outcome).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    errors: count('error') + unnamed(unlisted, 'failed') + unnamed(unlisted, 'lost'),
    skipped: count('skipped') + unnamed(unlisted, 'skipped'),
    flaky: cases.filter((each) => each.flaky).length,
    failures: cases.filter((each) => each.outcome === 'failed' || each.outcome === 'error'),
  };
}

/** passed / (passed + failed + errors) × 100; null where nothing ran. */
export function passRateOf(
  summary: Omit<TestSummary, 'failures' | 'flaky' | 'skipped'>,
): number | null {
  const ran = summary.passed + summary.failed + summary.errors;
  return ran === 0 ? null : (summary.passed * 100) / ran;
}

export interface CriticalSummary {
  readonly passed: number;
  /** Those that were selected and have not passed: a skipped one has not. */
  readonly others: readonly TestCase[];
  /** Failures and tests without a name: any of them may be a critical one, so all count. */
  readonly unnamed: number;
}

/**
 * The tests that `tests.critical` selects: `name` is a regular expression over `classname name`,
 * `marker` the name or value of a property or tag; either is enough.
 * @throws SyntaxError where `name` is no regular expression
 */
export function summariseCritical(
  { cases, unlisted }: JunitReport,
  critical: NonNullable<TestSettings['critical']>,
): CriticalSummary {
  const pattern = critical.name === undefined ? null : new RegExp(critical.name, 'u');
  const { marker } = critical;
  const selected = cases.filter(
    (each) =>
      pattern?.test(`${each.classname} ${each.name}`.trim()) === true ||
      (marker !== undefined && each.markers.includes(marker)),
  );
  const others = selected.filter((each) => each.outcome !== 'passed');
  return {
    passed: selected.length - others.length,
    others,
    unnamed: unnamed(unlisted, 'failed') + unnamed(unlisted, 'lost'),
  };
}

function unnamed(unlisted: readonly Unlisted[], kind: Unlisted['kind']): number {
  return unlisted.reduce((all, each) => all + (each.kind === kind ? each.count : 0), 0);
}
