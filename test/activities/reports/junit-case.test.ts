import { describe, expect, it } from 'vitest';
import { type JunitReport, readJunit } from '../../../src/activities/code/reports/junit.ts';
import { summarise, summariseCritical } from '../../../src/activities/code/reports/test-summary.ts';

const ok = (name: string, attributes = '') =>
  `<testcase classname="t" name="${name}" ${attributes}/>`;
const suite = (attributes: string, content: string) =>
  `<testsuites><testsuite name="s" ${attributes}>${content}</testsuite></testsuites>`;
const outcomes = ({ cases }: JunitReport) => cases.map((each) => each.outcome);

describe('a test that was not run', () => {
  it.each([
    [
      'GoogleTest, disabled',
      '<testcase name="DISABLED_Refund" status="notrun" result="suppressed"/>',
    ],
    ['GoogleTest, without a result', '<testcase name="DISABLED_Refund" status="notrun"/>'],
    ['GoogleTest, skipped by itself', '<testcase name="Refund" status="run" result="skipped"/>'],
    ['GoogleTest, by its name alone', '<testcase name="DISABLED_Refund" classname="Pay"/>'],
    ['GoogleTest, by its suite', '<testcase name="Refund" classname="All/DISABLED_Pay"/>'],
    ['CTest', '<testcase name="Refund" status="disabled"/>'],
    ['NUnit', '<testcase name="Refund" result="Skipped" label="Ignored"/>'],
    ['NUnit 2', '<testcase name="Refund" executed="False"/>'],
    ['NUnit, inconclusive', '<testcase name="Refund" status="Inconclusive"/>'],
    ['xUnit', '<testcase name="Refund" result="Skip"/>'],
    ['VSTest', '<testcase name="Refund" outcome="NotExecuted"/>'],
    ['pytest', '<testcase name="Refund"><skipped type="pytest.skip"/></testcase>'],
    [
      'pytest, expected to fail',
      '<testcase name="Refund"><skipped type="pytest.xfail"/></testcase>',
    ],
    ['node, todo', '<testcase name="Refund"><skipped type="todo" message="true"/></testcase>'],
    [
      'node, todo that failed',
      '<testcase name="Refund" failure="x"><skipped type="todo" message="true"/><failure message="x"/></testcase>',
    ],
    ['behave', '<testcase name="Refund" status="untested"/>'],
    ['an element of its own', '<testcase name="Refund"><ignored/></testcase>'],
    ['names in upper case', '<testCase name="Refund"><Skipped/></testCase>'],
    ['a flag', '<testcase name="Refund" skipped="true"/>'],
  ])('G4 is skipped, and has not passed as a critical one: %s', (_how, element) => {
    const report = readJunit(suite('', `${ok('Charge')}${element}`));
    expect(outcomes(report)).toEqual(['passed', 'skipped']);
    expect(summariseCritical(report, { name: 'Refund|Charge' })).toMatchObject({
      passed: 1,
      others: [{ outcome: 'skipped' }],
    });
  });

  it.each([
    [
      'run although disabled',
      '<testcase name="DISABLED_Refund" status="run" result="completed"/>',
      'passed',
    ],
    ['passed', '<testcase name="Refund" status="Passed"/>', 'passed'],
    ['failed by its status alone', '<testcase name="Refund" status="failed"/>', 'failed'],
    ['failed by its success', '<testcase name="Refund" success="False"/>', 'failed'],
    ['timed out', '<testcase name="Refund" result="Timed Out"/>', 'error'],
    ['of a status that nobody knows', '<testcase name="Refund" status="frobbed"/>', 'error'],
    ['failed and skipped', '<testcase name="Refund"><skipped/><failure/></testcase>', 'failed'],
    ['of an error within Catch2', '<testcase name="Refund"><internalError/></testcase>', 'error'],
  ])('G4 is told from one that was %s', (_how, element, outcome) => {
    expect(outcomes(readJunit(suite('', element)))).toEqual([outcome]);
  });

  it('G4 knows reruns: flaky has passed in the end, a failed rerun has not', () => {
    const report = readJunit(
      suite(
        'tests="3" failures="1" errors="1"',
        '<testcase name="a"><flakyFailure message="x"/></testcase><testcase name="b"><failure/><rerunFailure/></testcase><testcase name="c"><rerunError/></testcase>',
      ),
    );
    expect(outcomes(report)).toEqual(['passed', 'failed', 'error']);
    expect(summarise(report)).toMatchObject({ passed: 1, flaky: 1, failed: 1, errors: 1 });
  });

  it('G4 refuses a suite that counts more skipped tests than it marks', () => {
    const text = suite('tests="2" skipped="1"', ok('Charge') + ok('Refund'));
    expect(() => readJunit(text)).toThrow('counts 1 skipped tests and marks 0');
  });

  it('G4 keeps skipped tests that mocha counts and does not name', () => {
    const text = `<testsuites name="Mocha Tests" tests="3" failures="0" skipped="1"><testsuite name="s" tests="3" failures="0">${ok('a')}${ok('b')}</testsuite></testsuites>`;
    expect(summarise(readJunit(text))).toMatchObject({ passed: 2, errors: 0, skipped: 1 });
    expect(readJunit(text).unlisted).toMatchObject([{ kind: 'skipped', count: 1 }]);
  });

  it('G4 believes no test.todo that jest-junit lists as if it had passed', () => {
    const attributes =
      'errors="0" failures="0" skipped="0" timestamp="2026-01-01T00:00:00" time="0.4" tests="1"';
    const text = suite(attributes, ok('Charge', 'time="0.003"') + ok('Refund', 'time="0"'));
    expect(outcomes(readJunit(text))).toEqual(['passed', 'skipped']);
  });
});
