import { describe, expect, it } from 'vitest';
import { type JunitReport, readJunit } from '../../../src/activities/code/reports/junit.ts';
import { ReportError } from '../../../src/activities/code/reports/report-error.ts';
import {
  passRateOf,
  summarise,
  summariseCritical,
} from '../../../src/activities/code/reports/test-summary.ts';

const ok = (name: string, attributes = '') =>
  `<testcase classname="t" name="${name}" ${attributes}/>`;
const suite = (attributes: string, content: string) =>
  `<testsuites><testsuite name="s" ${attributes}>${content}</testsuite></testsuites>`;
/** passed, failed, errors, skipped */
function counts(text: string): readonly number[] {
  const { passed, failed, errors, skipped } = summarise(readJunit(text));
  return [passed, failed, errors, skipped];
}
const outcomes = ({ cases }: JunitReport) => cases.map((each) => each.outcome);

describe('JUnit XML', () => {
  const pytest = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4">
    <testcase classname="tests.test_pay" name="test_ok" time="0.1"><properties><property name="marker" value="critical"/></properties></testcase>
    <testcase classname="tests.test_pay" name="test_bad &lt;1&gt;"><failure message="assert 1 == 2">trace</failure></testcase>
    <testcase classname="tests.test_pay" name="test_setup"><error>boom\nat line 3</error></testcase>
    <testcase classname="tests.test_pay" name="test_later"><skipped type="pytest.skip"/></testcase>
  </testsuite></testsuites>`;

  it('counts the cases, and knows the message of each failure', () => {
    const report = readJunit(pytest);
    expect(counts(pytest)).toEqual([1, 1, 1, 1]);
    expect(passRateOf(summarise(report))).toBeCloseTo(33.33, 1);
    expect(report.cases[1]).toMatchObject({ name: 'test_bad <1>', message: 'assert 1 == 2' });
    expect(report.cases[2]).toMatchObject({ message: 'boom' });
  });

  it('reads suites in suites, and cases beside them, as node --test writes', () => {
    const text = `<testsuites><testsuite name="a" tests="2" failures="1"><testcase name="1" classname="t"/><testsuite name="b" tests="2" failures="1"><properties><property name="critical"/></properties>
      <testcase name="2"/><testsuite name="c" tests="1" failures="1"><testcase name="3"><failure/></testcase></testsuite></testsuite></testsuite></testsuites>`;
    const report = readJunit(text);
    expect(outcomes(report)).toEqual(['passed', 'passed', 'failed']);
    expect(report.unlisted).toEqual([]);
    expect(summariseCritical(report, { marker: 'critical' })).toMatchObject({
      passed: 1,
      others: [{ name: '3' }],
      unnamed: 0,
    });
  });

  it('reads a bare suite, a blank line before the declaration, and an empty report', () => {
    expect(counts(`\n<?xml version="1.0"?><testsuite>${ok('a')}</testsuite>`)).toEqual([
      1, 0, 0, 0,
    ]);
    expect(passRateOf(summarise(readJunit('<testsuites/>')))).toBeNull();
  });

  it.each(['', 'ok 1', '<html></html>', '<testsuites><testsuite>', '{}'])('refuses %j', (text) => {
    expect(() => readJunit(text)).toThrow(ReportError);
  });

  it('selects critical tests by name or marker; a skipped one has not passed', () => {
    const report = readJunit(pytest);
    expect(summariseCritical(report, { name: 'test_pay test_(ok|later)' })).toMatchObject({
      passed: 1,
      others: [{ name: 'test_later', outcome: 'skipped' }],
    });
    expect(summariseCritical(report, { marker: 'critical' })).toMatchObject({
      passed: 1,
      others: [],
    });
    expect(summariseCritical(report, { name: 'nothing' })).toMatchObject({ passed: 0, others: [] });
  });
});

describe('what a report counts and does not list', () => {
  it.each([
    ['errors of the suite', suite('errors="1"', ok('a')), [1, 0, 1, 0]],
    ['failures of the suite', suite('tests="3" failures="2"', ok('a')), [1, 0, 2, 0]],
    ['a suite that could not be loaded', suite('tests="1" errors="1"', ''), [0, 0, 1, 0]],
    [
      'an error that stands in the suite',
      suite('errors="1"', `<error message="no module"/>${ok('a')}`),
      [1, 0, 1, 0],
    ],
    [
      'a failure that stands in the suite',
      suite('', `<failure>boom</failure>${ok('a')}`),
      [1, 0, 1, 0],
    ],
    [
      'failures of the whole file',
      `<testsuites failures="1"><testsuite>${ok('a')}</testsuite></testsuites>`,
      [1, 0, 1, 0],
    ],
    ['tests that are not listed', suite('tests="5"', ok('a') + ok('b') + ok('c')), [3, 0, 2, 0]],
    ['a suite that lists none of its tests', suite('tests="3"', ''), [0, 0, 3, 0]],
    [
      'tests of an inner suite',
      `<testsuites tests="1">${suite('tests="2"', ok('a'))}</testsuites>`,
      [1, 0, 1, 0],
    ],
    [
      'a failure in a suite of its own beside',
      `<testsuite>${ok('a')}</testsuite><testsuite errors="1"/>`,
      [1, 0, 1, 0],
    ],
    [
      'a case in an element that nobody knows',
      suite('', `<group>${ok('a', 'status="failed"')}</group>`),
      [0, 1, 0, 0],
    ],
    [
      'a case in a case',
      suite('', `<testcase name="a"><testcase name="b"><failure/></testcase></testcase>`),
      [1, 1, 0, 0],
    ],
  ])('G2 counts %s', (_what, text, expected) => {
    expect(counts(text)).toEqual(expected);
  });

  it('G2 takes each of them for a critical one, since nobody can tell', () => {
    const report = readJunit(suite('errors="1" tests="4"', ok('charge') + ok('refund')));
    expect(summariseCritical(report, { name: 'charge' })).toMatchObject({ passed: 1, unnamed: 2 });
    expect(report.unlisted).toMatchObject([
      { suite: 's', kind: 'failed', count: 1 },
      { kind: 'lost', count: 1 },
    ]);
  });

  it.each([
    [
      'a failed call and a failed teardown of pytest',
      suite(
        'tests="2" errors="1"',
        '<testcase name="a"><error message="failed on teardown with &quot;x&quot;"/></testcase>',
      ),
      [0, 0, 1, 0],
    ],
    [
      'subtests of pytest 9',
      `<testsuites name="pytest tests"><testsuite name="pytest" tests="5">${ok('a')}</testsuite></testsuites>`,
      [1, 0, 0, 0],
    ],
    [
      'assertions of Catch2',
      suite('tests="2120" errors="0" failures="0" hostname="tbd"', ok('a', 'status="run"')),
      [1, 0, 0, 0],
    ],
    [
      'assertions of doctest',
      suite('tests="40" errors="0" failures="0" doctest_version="2.4.11"', ok('a', 'status="run"')),
      [1, 0, 0, 0],
    ],
    [
      'two failures in one case',
      suite('tests="1" failures="2"', '<testcase name="a"><failure/><failure/></testcase>'),
      [0, 1, 0, 0],
    ],
    [
      'direct children, as node counts',
      suite(
        'tests="1" failures="1"',
        '<testsuite name="in"><testcase name="a"><failure/></testcase><testcase name="b"><failure/></testcase></testsuite>',
      ),
      [0, 2, 0, 0],
    ],
  ])('G2 does not count twice: %s', (_what, text, expected) => {
    expect(counts(text)).toEqual(expected);
  });

  it.each(['failures="-1"', 'errors="NaN"', 'tests="many"', 'skipped="1.5"', 'disabled="-2"'])(
    'G2 refuses %s, and names the line',
    (attribute) => {
      const text = `<testsuites>\n<testsuite name="s" ${attribute}>${ok('a')}</testsuite></testsuites>`;
      expect(() => readJunit(text)).toThrow(
        expect.objectContaining({ line: 2, message: expect.stringContaining('is no count') }),
      );
    },
  );
});
