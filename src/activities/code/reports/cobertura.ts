/** Cobertura XML: the lines of its classes, and what the document counts in all. */
import type { Coverage } from './line-coverage.ts';
import { ReportError } from './report-error.ts';
import {
  attribute,
  children,
  countOf,
  type Element,
  elements,
  lineOfAttribute,
  parseXml,
} from './xml.ts';

/** Stands for a report that gives a rate and neither counts nor lists a line. */
const LINES_OF_A_RATE = 10_000;

/**
 * Where the document counts its lines and lists them too, the lower figure is taken. A rate alone
 * counts as 10,000 lines, except 1: that is what tools write where they have measured nothing.
 * @throws ReportError for what is no Cobertura, and for counts and rates that cannot be
 */
export function readCobertura(text: string): Coverage {
  const [coverage] = elements(parseXml(text), 'coverage');
  const listed = coverage === undefined ? NOTHING : readLines(coverage, text);
  if (coverage === undefined || (attribute(coverage, 'line-rate') === '' && listed.lines === 0)) {
    throw new ReportError({
      zh: '不是 Cobertura 报告：没有 <coverage line-rate="…">',
      en: 'no Cobertura report: <coverage line-rate="…"> is missing',
    });
  }
  const rate = rateOf(coverage, text);
  const counted = countedOf(coverage, text);
  if (listed.lines > 0 && counted !== null && counted.lines > 0) return lower(listed, counted);
  if (listed.lines > 0) return listed;
  if (counted !== null) return counted;
  return rate === 1
    ? NOTHING
    : { lines: LINES_OF_A_RATE, coveredLines: Math.round(rate * LINES_OF_A_RATE) };
}

const NOTHING: Coverage = { lines: 0, coveredLines: 0 };

function lower(one: Coverage, other: Coverage): Coverage {
  return one.coveredLines * other.lines <= other.coveredLines * one.lines ? one : other;
}

/** The lines of every class, each line of a file once, executed if any entry of it is above 0. */
function readLines(coverage: Element, text: string): Coverage {
  const files = new Map<string, Map<string, boolean>>();
  for (const each of classesIn(coverage)) {
    const name = attribute(each, 'filename') || attribute(each, 'name');
    const lines = files.get(name) ?? new Map<string, boolean>();
    files.set(name, lines);
    for (const line of linesOf(each)) {
      const hits = attribute(line, 'hits');
      const number = attribute(line, 'number');
      if (!/^[+-]?\d+$/.test(hits)) throw badAttribute('hits', hits, text);
      if (!/^\d+$/.test(number)) throw badAttribute('number', number, text);
      lines.set(number, Number(hits) > 0 || lines.get(number) === true);
    }
  }
  const all = [...files.values()].flatMap((lines) => [...lines.values()]);
  return { lines: all.length, coveredLines: all.filter(Boolean).length };
}

function classesIn(element: Element): readonly Element[] {
  return children(element).flatMap(([name, each]) => (name === 'class' ? [each] : classesIn(each)));
}

/** Those of the class itself; of its methods only where it lists none. */
function linesOf(element: Element): readonly Element[] {
  const own = elements(element, 'lines').flatMap((each) => elements(each, 'line'));
  if (own.length > 0) return own;
  const methods = elements(element, 'methods').flatMap((each) => elements(each, 'method'));
  return methods
    .flatMap((each) => elements(each, 'lines'))
    .flatMap((each) => elements(each, 'line'));
}

function countedOf(coverage: Element, text: string): Coverage | null {
  const lines = countOf(coverage, 'lines-valid', text);
  const coveredLines = countOf(coverage, 'lines-covered', text);
  if (lines === undefined || coveredLines === undefined) return null;
  if (coveredLines <= lines) return { lines, coveredLines };
  throw badAttribute('lines-covered', attribute(coverage, 'lines-covered'), text);
}

function rateOf(coverage: Element, text: string): number {
  const value = attribute(coverage, 'line-rate');
  if (value === '') return 0;
  const rate = Number(value);
  if (rate >= 0 && rate <= 1) return rate;
  throw badAttribute('line-rate', value, text);
}

function badAttribute(name: string, value: string, text: string): ReportError {
  const words = {
    zh: `${name}="${value}" 不是有效值`,
    en: `${name}="${value}" is no valid value`,
  };
  return new ReportError(words, lineOfAttribute(text, name, value));
}
