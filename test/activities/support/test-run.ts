import { createTestActivities } from '../../../src/activities/code/tests.ts';
import type { CommandSettings, TestSettings } from '../../../src/plan/settings.ts';
import { type CheckoutWorld, inputFor, RUN, runActivity, sh } from './checkout-world.ts';

export interface TestSetup {
  /** Line of sh that is commands.test. */
  readonly test: string;
  readonly commands?: CommandSettings;
  readonly tests?: Partial<TestSettings>;
  readonly language?: 'zh' | 'en';
}

/** Copies report.xml to where it is looked for, and ends as test tools do. */
export const WRITE_REPORT = 'mkdir -p reports; cp report.xml reports/a.xml';
export const RUN_TESTS = `${WRITE_REPORT}; ! grep -q "<failure" report.xml`;

export const CRITICAL = '<testcase classname="pay" name="critical: charge"/>';
export const SKIPPED = '<testcase classname="pay" name="critical: refund"><skipped/></testcase>';

/** A report of `passed` good tests and `failed` bad ones. */
export function junit(passed: number, failed: number, extra = ''): string {
  const good = Array.from(
    { length: passed },
    (_, at) => `<testcase classname="t" name="ok ${at}"/>`,
  );
  const bad = Array.from(
    { length: failed },
    (_, at) => `<testcase classname="t" name="bad ${at}"><failure message="no"/></testcase>`,
  );
  return `<testsuites tests="1"><testsuite name="s">${good.join('')}${bad.join('')}${extra}</testsuite></testsuites>`;
}

/** The three actions on tests, in one run on the project of that world. */
export async function testsIn(
  world: CheckoutWorld,
  { test, commands, tests, language = 'en' }: TestSetup,
) {
  const settings = { reports: ['reports/*.xml'], coverage: ['reports/lcov.info'], ...tests };
  const input = await inputFor(
    world,
    { commands: { test: sh(test), ...commands }, tests: settings },
    { step: 2, run: { ...RUN, language } },
  );
  const activities = createTestActivities(world.ports);
  return {
    run: () => runActivity(activities['tests.run'], input),
    coverage: () => runActivity(activities['tests.coverage'], input),
    verify: () => runActivity(activities['tests.verify'], input),
  };
}
