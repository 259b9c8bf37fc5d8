import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ReportError } from './finding.ts';

export interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped';
  /** Names and values of its properties and tags, and of the suites around it. */
  readonly markers: readonly string[];
  readonly message: string;
}

type Element = Readonly<Record<string, unknown>>;

const ALWAYS_LISTS = new Set([
  'testsuite',
  'testcase',
  'properties',
  'property',
  'failure',
  'error',
  'skipped',
  'tags',
  'tag',
]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: true,
  processEntities: { enabled: true, maxTotalExpansions: 1_000_000, maxExpandedLength: 64_000_000 },
  isArray: (name) => ALWAYS_LISTS.has(name),
});

/**
 * The test cases of one JUnit XML file, suites in suites included. Counts come from the cases: the
 * numbers in a suite's attributes are what its writer believed.
 * @throws ReportError for what is no JUnit XML, or is cut off
 */
export function readJunit(text: string): readonly TestCase[] {
  const valid = XMLValidator.validate(text);
  if (valid !== true)
    throw new ReportError(`no well-formed XML: ${valid.err.msg}, line ${valid.err.line}`);
  const root = parse(text);
  const suites = elements(root, 'testsuites');
  const top = suites.length > 0 ? suites : elements(root, 'testsuite');
  if (top.length === 0 && !('testsuites' in root)) {
    throw new ReportError('no JUnit report: neither <testsuites> nor <testsuite> at its top');
  }
  return top.flatMap((suite) => readSuite(suite, []));
}

function parse(text: string): Element {
  try {
    const root: unknown = parser.parse(text);
    return isElement(root) ? root : {};
  } catch (error) {
    throw new ReportError(
      `no JUnit report: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
}

function readSuite(suite: Element, outer: readonly string[]): readonly TestCase[] {
  const markers = [...outer, ...markersOf(suite)];
  return [
    ...elements(suite, 'testcase').map((each) => readCase(each, markers)),
    ...elements(suite, 'testsuite').flatMap((each) => readSuite(each, markers)),
  ];
}

function readCase(testcase: Element, outer: readonly string[]): TestCase {
  const outcome = outcomeOf(testcase);
  const problem = elements(testcase, outcome === 'failed' ? 'failure' : 'error')[0];
  return {
    classname: attribute(testcase, 'classname'),
    name: attribute(testcase, 'name'),
    outcome,
    markers: [...outer, ...markersOf(testcase)],
    message: problem === undefined ? '' : attribute(problem, 'message'),
  };
}

function outcomeOf(testcase: Element): TestCase['outcome'] {
  if ('error' in testcase) return 'error';
  if ('failure' in testcase) return 'failed';
  const status = attribute(testcase, 'status').toLowerCase();
  return 'skipped' in testcase || status === 'skipped' || status === 'disabled'
    ? 'skipped'
    : 'passed';
}

/** `<property name="marker" value="critical">`, `<property name="critical"/>`, `<tag>critical</tag>`. */
function markersOf(element: Element): readonly string[] {
  const properties = elements(element, 'properties').flatMap((each) => elements(each, 'property'));
  const named = properties.flatMap((each) => [attribute(each, 'name'), attribute(each, 'value')]);
  const tagLists = elements(element, 'tags').flatMap((each) => texts(each, 'tag'));
  const tags = attribute(element, 'tags').split(/[\s,]+/);
  return [...named, ...tagLists, ...texts(element, 'tag'), ...tags].filter((each) => each !== '');
}

function elements(parent: Element, name: string): readonly Element[] {
  const value = parent[name];
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : value === undefined
      ? []
      : [value];
  return list.map((each) => (isElement(each) ? each : {}));
}

function texts(parent: Element, name: string): readonly string[] {
  const value = parent[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function attribute(element: Element, name: string): string {
  const value = element[`@${name}`];
  return typeof value === 'string' ? value : '';
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
