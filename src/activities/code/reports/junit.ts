/** Test results as JUnit XML: the cases that a report lists, and what it counts without listing it. */
import { markersOf, messageOf, readCase, type TestCase } from './junit-case.ts';
import { lineOf, ReportError } from './report-error.ts';
import { attribute, children, countOf, type Element, elements, parseXml } from './xml.ts';

/** What a suite's attributes count, or what it says of itself, and no test case stands for. */
export interface Unlisted {
  readonly suite: string;
  /** failed: failures and errors; lost: tests that it does not list; skipped: likewise, skipped. */
  readonly kind: 'failed' | 'lost' | 'skipped';
  readonly count: number;
  readonly message: string;
}

export interface JunitReport {
  readonly cases: readonly TestCase[];
  readonly unlisted: readonly Unlisted[];
}

/** What was read of a suite and of those in it. */
interface Tally extends JunitReport {
  /** Elements of the cases that a suite's `failures`, `errors` and `skipped` count. */
  readonly problems: number;
  readonly skips: number;
  /** Tests that are counted and not listed, and that nothing has explained yet. */
  readonly lost: number;
}

interface Document {
  readonly text: string;
  /** Written by pytest 9: `tests` counts subtests, which it does not list. */
  readonly countsSubtests: boolean;
}

const EMPTY: Tally = { cases: [], unlisted: [], problems: 0, skips: 0, lost: 0 };
/** pytest counts a test that passed and whose teardown failed twice, and lists it once. */
const TEARDOWN = /^(?:failed on teardown|test teardown failure)/;

/**
 * The results of one file, suites in suites included. The cases decide. What a suite counts beyond
 * them (a suite that could not be loaded, a failure in a hook) is kept as unlisted, so that it counts
 * as well.
 * @throws ReportError for what is no JUnit XML, is cut off, or counts what cannot be
 */
export function readJunit(text: string): JunitReport {
  const document = parseXml(text);
  const roots = elements(document, 'testsuites', 'testsuite');
  if (roots.length === 0) {
    throw new ReportError({
      zh: '不是 JUnit 报告：最外层既没有 <testsuites> 也没有 <testsuite>',
      en: 'no JUnit report: neither <testsuites> nor <testsuite> is at its top',
    });
  }
  const countsSubtests = roots.some((root) => attribute(root, 'name') === 'pytest tests');
  const { cases, unlisted, lost } = sum(
    roots.map((root) => readSuite(root, [], { text, countsSubtests })),
  );
  const suite = attribute(roots[0] ?? {}, 'name');
  return { cases, unlisted: [...unlisted, ...unlistedOf(suite, 'lost', lost)] };
}

function readSuite(suite: Element, outer: readonly string[], document: Document): Tally {
  const markers = [...outer, ...markersOf(suite)];
  const name = attribute(suite, 'name');
  const own = readCases(suite, markers);
  const uncounted = uncountedOf(suite, own.cases, document);
  const problems = elements(suite, 'error', 'failure');
  const said = problems.flatMap((each) => unlistedOf(name, 'failed', 1, messageOf(each)));
  const inner = children(suite)
    .filter(([tag, each]) => tag !== 'testcase' && holdsCases(tag, each))
    .map(([, each]) => readSuite(each, markers, document));
  const listed = sum([{ ...own, cases: uncounted }, { ...EMPTY, unlisted: said }, ...inner]);
  return compare(suite, name, listed, document);
}

/** The cases that stand directly in a suite, and what may stand in a case: subtests. */
function readCases(suite: Element, markers: readonly string[]): Tally {
  const tallies = elements(suite, 'testcase').map((element) => {
    const { testcase, problems, skips } = readCase(element, markers);
    return sum([
      { ...EMPTY, cases: [testcase], problems, skips },
      readCases(element, testcase.markers),
    ]);
  });
  return sum(tallies);
}

/** What the suite counts, against what it lists. */
function compare(suite: Element, name: string, listed: Tally, document: Document): Tally {
  const count = (attributeName: string): number | undefined =>
    countOf(suite, attributeName, document.text);
  const unnamed = (kind: Unlisted['kind']): number =>
    listed.unlisted.reduce((all, each) => all + (each.kind === kind ? each.count : 0), 0);
  const counted = (count('failures') ?? 0) + (count('errors') ?? 0);
  const excess = Math.max(0, counted - listed.problems - unnamed('failed'));
  const known = listed.cases.length + unnamed('failed') + unnamed('skipped') + excess;
  const tests = countsOtherThings(suite, document) ? 0 : (count('tests') ?? 0);
  const missing = Math.max(listed.lost - excess, tests - known - teardowns(listed.cases), 0);
  const skips =
    (count('skipped') ?? count('skip') ?? count('skips') ?? 0) + (count('disabled') ?? 0);
  const unmarked = Math.max(0, skips - listed.skips - unnamed('skipped'));
  if (unmarked > missing) throw skipsUnmarked(name, skips, listed.skips, document);
  const unlisted = [
    ...unlistedOf(name, 'failed', excess),
    ...unlistedOf(name, 'skipped', unmarked),
  ];
  return { ...listed, unlisted: [...listed.unlisted, ...unlisted], lost: missing - unmarked };
}

/** Catch2 and doctest count assertions as tests. */
function countsOtherThings(suite: Element, { countsSubtests }: Document): boolean {
  const isCatch2 = attribute(suite, 'hostname') === 'tbd';
  return countsSubtests || isCatch2 || attribute(suite, 'doctest_version') !== '';
}

/**
 * jest-junit lists `test.todo` like a test that passed, and counts it nowhere: where a suite of its
 * kind lists more than it counts, the cases that took no time are not proven to have run.
 */
function uncountedOf(
  suite: Element,
  cases: readonly TestCase[],
  { text }: Document,
): readonly TestCase[] {
  const isJest = ['errors', 'failures', 'skipped', 'timestamp', 'time', 'tests'].every(
    (name) => attribute(suite, name) !== '',
  );
  const isGreen = cases.every((each) => each.outcome === 'passed' || each.outcome === 'skipped');
  const tests = countOf(suite, 'tests', text) ?? 0;
  const instant = elements(suite, 'testcase').map((each) => attribute(each, 'time') === '0');
  if (!isJest || !isGreen || cases.length <= tests || cases.length !== instant.length) return cases;
  return cases.map((each, at) => (instant[at] === true ? { ...each, outcome: 'skipped' } : each));
}

function teardowns(cases: readonly TestCase[]): number {
  return cases.filter((each) => each.outcome === 'error' && TEARDOWN.test(each.message)).length;
}

function holdsCases(tag: string, element: Element): boolean {
  if (tag === 'testsuite' || tag === 'testsuites') return true;
  return children(element).some(([name, each]) => name === 'testcase' || holdsCases(name, each));
}

function unlistedOf(
  suite: string,
  kind: Unlisted['kind'],
  count: number,
  message = '',
): readonly Unlisted[] {
  return count > 0 ? [{ suite, kind, count, message }] : [];
}

function sum(tallies: readonly Tally[]): Tally {
  return {
    cases: tallies.flatMap((each) => each.cases),
    unlisted: tallies.flatMap((each) => each.unlisted),
    problems: tallies.reduce((all, each) => all + each.problems, 0),
    skips: tallies.reduce((all, each) => all + each.skips, 0),
    lost: tallies.reduce((all, each) => all + each.lost, 0),
  };
}

function skipsUnmarked(name: string, counted: number, marked: number, { text }: Document): Error {
  return new ReportError(
    {
      zh: `<testsuite name="${name}"> 计有 ${counted} 项跳过，却只标出 ${marked} 项，无法判断哪些测试没有执行`,
      en: `<testsuite name="${name}"> counts ${counted} skipped tests and marks ${marked}, so nobody can tell which did not run`,
    },
    lineOf(text, `name="${name}"`),
  );
}
