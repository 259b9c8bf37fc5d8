/** What stands before a report, and details that are null: neither is a reason to refuse all of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCoverage } from '../../../src/activities/code/reports/coverage.ts';
import { readFindings } from '../../../src/activities/code/reports/findings.ts';
import { readJunit } from '../../../src/activities/code/reports/junit.ts';
import { readReport } from '../../../src/activities/code/reports/report-files.ts';
import { parseReport } from '../../../src/activities/code/reports/run-reports.ts';

const SARIF = JSON.stringify({
  version: '2.1.0',
  runs: [
    { tool: { driver: { name: 's' } }, results: [{ level: 'error', message: { text: 'x' } }] },
  ],
});
const JSON_REPORTS = [
  ['sarif', SARIF, 1],
  ['eslint', '[{"filePath":"a.js","messages":[{"severity":2,"message":"x"}]}]', 1],
  [
    'npm-audit',
    '{"auditReportVersion":2,"vulnerabilities":{},"metadata":{"vulnerabilities":{"high":0,"critical":0}}}',
    0,
  ],
  ['pip-audit', '{"dependencies":[{"name":"a","version":"1","vulns":[{"id":"CVE-1"}]}]}', 1],
] as const;
const BEFORE = [
  '[dotenv@17.2.3] injecting env (0) from .env -- tip: encrypt with dotenvx\n',
  '\ufeff',
  '\n\n',
  '\ufeff\n[1/2] checking …\n',
] as const;

const JUNIT =
  '<?xml version="1.0"?>\n<testsuite name="a"><testcase name="t"/><testcase name="u"><failure/></testcase></testsuite>\n';
const COBERTURA =
  '<?xml version="1.0"?>\n<coverage><packages><package><classes><class filename="a.py"><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class></classes></package></packages></coverage>\n';
const ISTANBUL = '{"total":{"lines":{"total":2,"covered":1,"pct":50}}}';

describe('B6 before a report', () => {
  it.each(BEFORE.flatMap((before) => JSON_REPORTS.map((each) => [before, ...each] as const)))(
    '%j is passed over: %s',
    (before, format, text, count) => {
      expect(readFindings(format, `${before}${text}\n`).findings).toHaveLength(count);
    },
  );

  it.each([...BEFORE, '> app@1.0.0 test\n> node --test\n\n', 'a < b\n'])(
    '%j is passed over: XML',
    (before) => {
      expect(readJunit(`${before}${JUNIT}`).cases).toHaveLength(2);
      expect(readCoverage(`${before}${COBERTURA}`)).toMatchObject({ lines: 2, coveredLines: 1 });
    },
  );

  it.each(BEFORE)('%j is passed over: a summary of Istanbul', (before) => {
    const found = readCoverage(`${before}${ISTANBUL}`);
    expect(found).toMatchObject({ lines: 2, coveredLines: 1 });
  });

  it('nothing of the report itself is', () => {
    const bad = '<testsuite name="a"><testcase name="t"><failure/></testcase></testsuite>';
    const good = '<testsuite name="b"><testcase name="t"/></testsuite>';
    for (const text of [`x${bad}\n${good}`, `${bad}\n${good}`, `x${bad.slice(0, 60)}\n${good}`]) {
      const cases = ((): number => {
        try {
          return readJunit(text).cases.filter(({ outcome }) => outcome === 'failed').length;
        } catch {
          return -1;
        }
      })();
      expect(cases).not.toBe(0);
    }
  });

  it('what is wrong is told by its line in the file', () => {
    const text = `\n\n${JUNIT.replace('</testsuite>', '')}`;
    const read = () => parseReport({ path: 'reports/a.xml', text }, readJunit);
    expect(read).toThrow(/^reports\/a\.xml, line \d: no well-formed XML/u);
  });
});

describe('B6 null', () => {
  it.each([
    ['level', { level: null, ruleId: 'r' }],
    ['every detail', { ruleId: null, ruleIndex: null, rule: null, level: null, kind: null }],
    ['baseline, suppressions', { baselineState: null, suppressions: null }],
    ['message, locations, properties', { message: null, locations: null, properties: null }],
  ])('of a SARIF result counts as not given: %s', (_name, result) => {
    const rules = [{ id: 'r', defaultConfiguration: { level: null }, properties: null }];
    const driver = { name: null, rules };
    const text = JSON.stringify({
      version: '2.1.0',
      runs: [{ tool: { driver, extensions: null }, results: [result], invocations: null }],
    });
    const { findings, unmeasured } = readFindings('sarif', text);
    expect(unmeasured).toBeNull();
    expect(findings).toMatchObject([{ level: 'warning', high: false }]);
  });

  it('in place of the results is none of them', () => {
    const text = JSON.stringify({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 's' } }, results: null }],
    });
    expect(readFindings('sarif', text).unmeasured?.en).toContain('no list of results');
  });

  it('in place of what decides is refused, by the name of the file', () => {
    for (const text of ['{"version":"2.1.0","runs":null}', '{"version":null,"runs":[]}', 'null']) {
      const read = () =>
        parseReport({ path: 'out/scan.sarif', text }, (each) => readFindings('sarif', each));
      expect(read).toThrow(/^out\/scan\.sarif: no(?:t| SARIF)/u);
    }
  });
});

describe('B6 a file that a Windows shell wrote', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runsheet-report-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['UTF-16, little end first', Buffer.from(`\ufeff${SARIF}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${SARIF}`, 'utf16le').swap16()],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${SARIF}`)],
  ])('is read: %s', async (_name, bytes) => {
    await writeFile(join(folder, 'scan.sarif'), bytes);
    const text = await readReport(folder, 'scan.sarif');
    expect(readFindings('sarif', text).findings).toHaveLength(1);
  });
});
