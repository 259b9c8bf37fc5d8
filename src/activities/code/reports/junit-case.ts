/** What became of one test case, by the conventions of the frameworks that write JUnit XML. */
import { attribute, type Element, elements, textOf } from './xml.ts';

export type Outcome = 'passed' | 'failed' | 'error' | 'skipped';

export interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** Failed first, and passed when it was run again. */
  readonly flaky: boolean;
  /** Names and values of its properties and tags, and of the suites around it. */
  readonly markers: readonly string[];
  readonly message: string;
}

/** A case, and the elements in it that its suite's attributes count. */
export interface ReadCase {
  readonly testcase: TestCase;
  readonly problems: number;
  readonly skips: number;
}

/** All reruns of Surefire, Gradle and nextest that failed leave the first `failure` in place. */
const FAILURES = ['failure', 'failures', 'failed', 'rerunfailure'];
const ERRORS = ['error', 'errors', 'internalerror', 'rerunerror'];
const FLAKES = ['flakyfailure', 'flakyerror'];
const SKIPS = [
  'skipped',
  'skip',
  'ignored',
  'disabled',
  'pending',
  'notrun',
  'todo',
  'inconclusive',
];

/** Values of `status`, `result` and `outcome`, letters only. */
const WORDS: Readonly<Record<Outcome, ReadonlySet<string>>> = {
  passed: new Set(
    `run ran passed pass ok success successful succeeded completed complete executed done finished
     expected flaky fixed bpass`.split(/\s+/),
  ),
  failed: new Set('failed fail failure failing regression unexpected xpass xpassed'.split(' ')),
  error: new Set(
    `error errored broken crashed crash timeout timedout aborted abort interrupted cancelled canceled
     killed`.split(/\s+/),
  ),
  skipped: new Set(
    `skipped skip notrun norun notexecuted unexecuted notapplicable disabled suppressed ignored ignore
     pending todo inconclusive explicit excluded deselected untested undefined filtered assumption
     xfail xfailed expectedfailure bskip bfail bxfail bxpass`.split(/\s+/),
  ),
};
const WORST_FIRST = ['error', 'failed', 'skipped', 'passed'] as const;
const YES = /^(?:true|yes|1)$/i;
const NO = /^(?:false|no|0)$/i;
/** GoogleTest: the test, its suite, or an instance of either. */
const DISABLED = /(?:^|[./])DISABLED_/;

/**
 * A test that node calls todo may fail, and the run still passes: it is skipped, whatever it did.
 * @param outer markers of the suites around it
 */
export function readCase(element: Element, outer: readonly string[]): ReadCase {
  const failures = elements(element, ...FAILURES);
  const errors = elements(element, ...ERRORS);
  const flakes = elements(element, ...FLAKES);
  const skips = elements(element, ...SKIPS);
  const classname = attribute(element, 'classname');
  const name = attribute(element, 'name');
  const said = saidOutcome(element, `${classname}.${name}`);
  const isTodo = skips.some((each) => attribute(each, 'type') === 'todo');
  const outcome = isTodo
    ? 'skipped'
    : outcomeOf(failures.length, errors.length, skips.length, said.outcome);
  const [shown] = [...(outcome === 'failed' ? failures : errors), ...errors, ...failures];
  const message = shown === undefined ? said.reason : messageOf(shown);
  const testcase = {
    classname,
    name,
    outcome,
    flaky: outcome === 'passed' && flakes.length > 0,
    markers: [...outer, ...markersOf(element)],
    message: outcome === 'failed' || outcome === 'error' ? message : '',
  };
  return {
    testcase,
    problems: failures.length + errors.length + flakes.length,
    skips: Math.max(skips.length, outcome === 'skipped' ? 1 : 0),
  };
}

/** `<property name="marker" value="critical">`, `<property name="critical"/>`, `<tag>critical</tag>`. */
export function markersOf(element: Element): readonly string[] {
  const properties = elements(element, 'properties').flatMap((each) => elements(each, 'property'));
  const named = properties.flatMap((each) => [attribute(each, 'name'), attribute(each, 'value')]);
  const lists = elements(element, 'tags').flatMap((each) => elements(each, 'tag'));
  const tags = [...lists, ...elements(element, 'tag')].map(textOf);
  return [...named, ...tags, ...attribute(element, 'tags').split(/[\s,]+/)].filter(
    (each) => each !== '',
  );
}

/** The `message` of a failure or error, or the first line of its text. */
export function messageOf(problem: Element): string {
  return attribute(problem, 'message') || (textOf(problem).trim().split('\n')[0] ?? '');
}

function outcomeOf(failures: number, errors: number, skips: number, said: Outcome): Outcome {
  if (errors > 0 || said === 'error') return 'error';
  if (failures > 0 || said === 'failed') return 'failed';
  return skips > 0 || said === 'skipped' ? 'skipped' : 'passed';
}

/** What the attributes say: the worst of them. A word that nobody knows is no pass. */
function saidOutcome(
  element: Element,
  title: string,
): { readonly outcome: Outcome; readonly reason: string } {
  const words = ['status', 'result', 'outcome'].flatMap((name) => {
    const value = attribute(element, name);
    return value === '' ? [] : [{ outcome: meaningOf(value), reason: `${name}="${value}"` }];
  });
  const flags = [
    ...['skipped', 'ignored', 'disabled', 'pending', 'todo'].filter((name) =>
      YES.test(attribute(element, name)),
    ),
    ...['executed', 'run'].filter((name) => NO.test(attribute(element, name))),
  ].map((reason) => ({ outcome: 'skipped' as const, reason }));
  const failed = NO.test(attribute(element, 'success'))
    ? [{ outcome: 'failed' as const, reason: 'success="false"' }]
    : [];
  const said = [...words, ...flags, ...failed];
  for (const outcome of WORST_FIRST) {
    const found = said.find((each) => each.outcome === outcome);
    if (found !== undefined) return found;
  }
  return { outcome: DISABLED.test(title) ? 'skipped' : 'passed', reason: '' };
}

function meaningOf(value: string): Outcome {
  const word = value.toLowerCase().replaceAll(/[^a-z]/g, '');
  return WORST_FIRST.find((outcome) => WORDS[outcome].has(word)) ?? 'error';
}
