import { describe, expect, it } from 'vitest';
import { readCoverage } from '../../../src/activities/code/reports/coverage.ts';
import { coveragePercent } from '../../../src/activities/code/reports/line-coverage.ts';
import { ReportError } from '../../../src/activities/code/reports/report-error.ts';

const lcov = (...lines: string[]) =>
  ['TN:', 'SF:src/a.c', ...lines, 'end_of_record', ''].join('\n');
const cobertura = (attributes: string, lines = '') =>
  `<?xml version="1.0"?>\n<!DOCTYPE coverage SYSTEM "x">\n<coverage ${attributes}>\n<packages><package name="p"><classes>\n<class name="A" filename="a.py"><methods><method name="f"><lines><line number="1" hits="1"/></lines></method></methods><lines>${lines}</lines></class>\n</classes></package></packages></coverage>`;
const istanbul = (lines: object) => `{\n"total": {"lines": ${JSON.stringify(lines)}}}`;

/** What is refused, with the line that is named. */
function refusal(text: string): {
  readonly en: string;
  readonly zh: string;
  readonly line: number | null;
} {
  try {
    readCoverage(text);
  } catch (error) {
    if (error instanceof ReportError) return { ...error.words, line: error.line };
    throw error;
  }
  throw new Error('it was read');
}

describe('a coverage report', () => {
  it('is Cobertura, LCOV or the Istanbul summary', () => {
    const attributes = 'line-rate="0.9" lines-valid="40" lines-covered="36"';
    expect(readCoverage(`<coverage ${attributes}/>`)).toEqual({ lines: 40, coveredLines: 36 });
    expect(readCoverage(lcov('DA:1,3', 'DA:2,0', 'DA:3,1'))).toEqual({ lines: 3, coveredLines: 2 });
    expect(readCoverage(istanbul({ total: 10, covered: 5, pct: 50 }))).toEqual({
      lines: 10,
      coveredLines: 5,
    });
    expect(
      coveragePercent([
        { lines: 40, coveredLines: 36 },
        { lines: 10, coveredLines: 5 },
      ]),
    ).toBe(82);
    expect(coveragePercent([])).toBeNull();
  });

  it.each([
    'nothing',
    '',
    '\n',
    '<html/>',
    '<coverage/>',
    '{"total":{}}',
    '<coverage line-rate="1">',
  ])('is refused where it is none of them: %j', (text) => {
    expect(() => readCoverage(text)).toThrow(ReportError);
  });
});

describe('LCOV', () => {
  it.each([
    ['counts below 0', lcov('DA:1,1', 'DA:2,-1', 'DA:3,-5'), 3, 1],
    ['counts below 0 that have run over', lcov('DA:1,1', 'DA:2,18446744073709551615'), 2, 1],
    ['the same line twice', lcov('DA:1,1', 'DA:1,0', 'DA:2,0', 'DA:2,0'), 2, 1],
    ['a count below 0 and one above for the same line', lcov('DA:1,-1', 'DA:1,2'), 1, 1],
    ['the same file twice', lcov('DA:1,1', 'DA:2,0') + lcov('DA:1,0', 'DA:2,0'), 2, 1],
    ['LF above its lines', lcov('DA:1,1', 'LF:10', 'LH:1'), 10, 1],
    ['LH above its lines', lcov('DA:1,1', 'DA:2,0', 'DA:3,0', 'LF:3', 'LH:3'), 3, 1],
    ['LH below its lines', lcov('DA:1,1', 'DA:2,1', 'LF:2', 'LH:1'), 2, 1],
    ['LF and LH without lines', lcov('LF:4', 'LH:3'), 4, 3],
    ['a checksum after the count', lcov('DA:1,1,bRdTjiZ2QBd', 'DA:2,0,x'), 2, 1],
    ['no line', lcov(), 0, 0],
    ['neither records nor ends', 'DA:1,1\nDA:2,-1\nDA:3,-5\n', 3, 1],
  ])('G5 counts what was executed: %s', (_what, text, lines, coveredLines) => {
    expect(readCoverage(text)).toEqual({ lines, coveredLines });
  });

  it.each([
    ['DA:2', 4],
    ['DA:2,', 4],
    ['DA:x,1', 4],
    ['DA:2,many', 4],
    ['DA:2,1.5', 4],
    ['DA:0,1', 4],
    ['DA:-2,1', 4],
    ['DA:2,1 DA:3,1', 4],
    ['LF:-1', 4],
    ['LH:NaN', 4],
    ['da:2,1', 4],
    ['LF:2\nLH:3', 5],
  ])('G5 refuses %j, and names the line', (lines, line) => {
    const refused = refusal(lcov('DA:1,1', lines));
    expect(refused.line).toBe(line);
    expect(refused.en).toContain(lines.split('\n').at(-1));
    expect(refused.zh).toMatch(/\p{Script=Han}/u);
  });

  it('G5 refuses a report that is cut off', () => {
    expect(refusal(`${lcov('DA:1,1')}SF:src/b.c\nDA:1,1\n`).en).toContain('cut off');
  });
});

describe('Cobertura', () => {
  const line = (number: number, hits: string) => `<line number="${number}" hits="${hits}"/>`;
  it.each([
    ['hits below 0', 'line-rate="0"', line(1, '1') + line(2, '-1') + line(3, '-5'), 3, 1],
    ['a line twice', 'line-rate="1"', line(1, '0') + line(1, '2') + line(2, '0'), 2, 1],
    [
      'a total above its lines',
      'line-rate="1" lines-valid="2" lines-covered="2"',
      line(1, '1') + line(2, '0'),
      2,
      1,
    ],
    [
      'a total below its lines',
      'line-rate="1" lines-valid="4" lines-covered="1"',
      line(1, '1') + line(2, '1'),
      4,
      1,
    ],
    ['lines in methods only', 'line-rate="0"', '', 1, 1],
  ])('G5 counts what was executed: %s', (_what, attributes, lines, all, coveredLines) => {
    expect(readCoverage(cobertura(attributes, lines))).toEqual({ lines: all, coveredLines });
  });

  it.each([
    '<coverage line-rate="1" lines-valid="0" lines-covered="0"/>',
    '<coverage line-rate="1"><packages/></coverage>',
    '<coverage line-rate="1"/>',
  ])('G5 measures nothing where it holds no line: %s', (text) => {
    expect(coveragePercent([readCoverage(text)])).toBeNull();
  });

  it('takes a bare rate', () => {
    expect(readCoverage('<coverage line-rate="0.5"/>')).toEqual({
      lines: 10_000,
      coveredLines: 5_000,
    });
  });

  it.each([
    ['line-rate="NaN"', '', 3],
    ['line-rate="-1"', '', 3],
    ['line-rate="1.7"', '', 3],
    ['line-rate="0.9" lines-valid="-4" lines-covered="2"', '', 3],
    ['line-rate="0.9" lines-valid="4" lines-covered="5"', '', 3],
    ['line-rate="0.9" lines-valid="many" lines-covered="5"', '', 3],
    ['line-rate="0.9"', '\n<line number="2" hits="NaN"/>', 6],
    ['line-rate="0.9"', '\n<line number="2"/>', null],
  ])('G5 refuses %s%s, and names the line', (attributes, lines, at) => {
    expect(refusal(cobertura(attributes, lines)).line).toBe(at);
  });

  it('G5 refuses a report that is cut off', () => {
    const text = cobertura('line-rate="1" lines-valid="1" lines-covered="1"', line(1, '1'));
    expect(refusal(text.slice(0, -20)).en).toContain('no well-formed XML');
  });
});

describe('the Istanbul summary', () => {
  it('G5 measures nothing where its percentage is Unknown', () => {
    const text = istanbul({ total: 0, covered: 0, skipped: 0, pct: 'Unknown' });
    expect(coveragePercent([readCoverage(text)])).toBeNull();
  });

  it.each([
    { total: 3, covered: 3, pct: 'Unknown' },
    { total: 'Unknown', covered: 'Unknown', pct: 'Unknown' },
    { total: 3, covered: -1, pct: 100 },
    { total: 3, covered: 4, pct: 100 },
    { total: 3, covered: 1, pct: 100 },
    { total: 2.5, covered: 1 },
    { total: 3 },
  ])('G5 refuses %j, and names the line', (lines) => {
    expect(refusal(istanbul(lines))).toMatchObject({
      line: 2,
      en: expect.stringContaining('contradicts itself'),
    });
  });
});
