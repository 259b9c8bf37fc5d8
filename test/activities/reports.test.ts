import { describe, expect, it } from 'vitest';
import { coveragePercent, readCoverage } from '../../src/activities/code/reports/coverage.ts';
import { readFindings } from '../../src/activities/code/reports/findings.ts';
import { readJunit } from '../../src/activities/code/reports/junit.ts';
import { globToRegExp } from '../../src/activities/code/reports/report-files.ts';
import { summarise, summariseCritical } from '../../src/activities/code/reports/test-summary.ts';

const sarif = (run: object) =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: tool(), ...run }] });
const tool = () => ({
  driver: {
    name: 'scanner',
    rules: [
      {
        id: 'sql',
        properties: { 'security-severity': '8.8' },
        defaultConfiguration: { level: 'error' },
      },
      {
        id: 'log',
        properties: { 'security-severity': '3.1' },
        defaultConfiguration: { level: 'note' },
      },
      { id: 'bare' },
    ],
  },
  extensions: [{ name: 'pack', rules: [{ id: 'x', properties: { 'security-severity': 7 } }] }],
});
const found = (ruleId: string, more: object = {}) => ({
  ruleId,
  message: { text: ruleId },
  ...more,
});

describe('SARIF 2.1.0', () => {
  it('takes level and severity from the rule where the result has none', () => {
    const findings = readFindings(
      'sarif',
      sarif({ results: [found('sql'), found('log'), found('bare')] }),
    );
    expect(findings.map(({ level, high }) => [level, high])).toEqual([
      ['error', true],
      ['note', false],
      ['warning', false],
    ]);
  });

  it('finds the rule of an extension by index, and the place', () => {
    const physicalLocation = { artifactLocation: { uri: 'src/a.py' }, region: { startLine: 7 } };
    const rule = { id: 'x', index: 0, toolComponent: { index: 0 } };
    const results = [{ rule, message: { text: 't' }, locations: [{ physicalLocation }] }];
    expect(readFindings('sarif', sarif({ results }))).toEqual([
      { level: 'warning', high: true, rule: 'x', text: 't', place: 'src/a.py:7' },
    ]);
  });

  it('counts an error without a security severity as high', () => {
    expect(
      readFindings('sarif', sarif({ results: [found('bare', { level: 'error' })] }))[0]?.high,
    ).toBe(true);
  });

  it.each([
    { kind: 'pass' },
    { level: 'none' },
    { baselineState: 'absent' },
    { suppressions: [{ status: 'accepted' }] },
    { suppressions: [{}] },
  ])('does not count %j', (more) => {
    expect(readFindings('sarif', sarif({ results: [found('sql', more)] }))).toEqual([]);
  });

  it.each([{ suppressions: [] }, { suppressions: [{ status: 'rejected' }] }])(
    'counts %j',
    (more) => {
      expect(readFindings('sarif', sarif({ results: [found('sql', more)] }))).toHaveLength(1);
    },
  );

  it('refuses a run that did not finish, has no results, or no run at all', () => {
    const unfinished = sarif({ results: [], invocations: [{ executionSuccessful: false }] });
    expect(() => readFindings('sarif', unfinished)).toThrow(
      'scanner says in its report that it did not finish',
    );
    expect(() => readFindings('sarif', sarif({}))).toThrow('no list of results');
    expect(() => readFindings('sarif', '{"version":"2.1.0","runs":[]}')).toThrow(
      'no run of a tool',
    );
    expect(() => readFindings('sarif', '{"version":"2.0.0","runs":[]}')).toThrow('no SARIF 2.1.0');
    expect(() => readFindings('sarif', '')).toThrow('empty');
  });
});

describe('ESLint JSON', () => {
  it('counts severity 2 as an error', () => {
    const messages = [
      { ruleId: 'no-undef', severity: 2, message: 'x is not defined', line: 3 },
      { ruleId: 'semi', severity: 1, message: 'Missing semicolon', line: 4 },
      { ruleId: null, severity: 2, fatal: true, message: 'Parsing error' },
    ];
    const text = JSON.stringify([{ filePath: 'a.js', messages, errorCount: 2 }]);
    const findings = readFindings('eslint', text);
    expect(findings.map((each) => `${each.level} ${each.rule} ${each.place}`)).toEqual([
      'error no-undef a.js:3',
      'warning semi a.js:4',
      'error parse a.js',
    ]);
  });
});

describe('npm audit --json', () => {
  const audit = (vulnerabilities: object, high: number, critical = 0) =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities,
      metadata: { vulnerabilities: { high, critical } },
    });
  const entry = (
    name: string,
    severity: string,
    via: unknown[] = [{ title: 'Prototype Pollution' }],
  ) => ({
    [name]: { name, severity, via, range: '<1.2.6', effects: [], nodes: [] },
  });

  it('counts high and critical', () => {
    const text = audit(
      {
        ...entry('minimist', 'critical'),
        ...entry('a', 'high', ['minimist']),
        ...entry('b', 'moderate'),
      },
      1,
      1,
    );
    const findings = readFindings('npm-audit', text);
    expect(findings.filter((each) => each.high).map((each) => each.text)).toEqual([
      'Prototype Pollution',
      'depends on minimist',
    ]);
  });

  it('refuses an error in place of a report, version 1, and counts without a list', () => {
    const error =
      '{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}';
    expect(() => readFindings('npm-audit', error)).toThrow('requires an existing lockfile');
    expect(() => readFindings('npm-audit', '{"advisories":{},"metadata":{}}')).toThrow(
      'no npm audit report',
    );
    expect(() => readFindings('npm-audit', audit({}, 2))).toThrow(
      'counts 2 high or critical and lists 0',
    );
  });
});

describe('pip-audit JSON', () => {
  const dependency = {
    name: 'flask',
    version: '0.5',
    vulns: [{ id: 'PYSEC-2019-179', fix_versions: ['1.0'] }],
  };

  it('counts every known vulnerability as high, in both forms', () => {
    for (const json of [{ dependencies: [dependency], fixes: [] }, [dependency]]) {
      expect(readFindings('pip-audit', JSON.stringify(json))).toEqual([
        {
          level: 'error',
          high: true,
          rule: 'PYSEC-2019-179',
          text: 'fixed in 1.0',
          place: 'flask 0.5',
        },
      ]);
    }
  });

  it('shows what it had to skip', () => {
    const text = JSON.stringify({ dependencies: [{ name: 'own', skip_reason: 'not on PyPI' }] });
    expect(readFindings('pip-audit', text)[0]).toMatchObject({ level: 'warning', high: false });
  });

  it('understands a line that is printed before the report', () => {
    expect(
      readFindings('pip-audit', `No known vulnerabilities found\n{"dependencies":[]}`),
    ).toEqual([]);
  });
});

describe('JUnit XML', () => {
  const pytest = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" failures="9" skipped="1" tests="99">
    <testcase classname="tests.test_pay" name="test_ok" time="0.1"><properties><property name="marker" value="critical"/></properties></testcase>
    <testcase classname="tests.test_pay" name="test_bad &lt;1&gt;"><failure message="assert 1 == 2">trace</failure></testcase>
    <testcase classname="tests.test_pay" name="test_setup"><error message="boom"/></testcase>
    <testcase classname="tests.test_pay" name="test_later"><skipped type="pytest.skip"/></testcase>
  </testsuite></testsuites>`;

  it('counts from the cases, not from the attributes', () => {
    expect(summarise(readJunit(pytest))).toMatchObject({
      passed: 1,
      failed: 1,
      errors: 1,
      skipped: 1,
    });
    expect(summarise(readJunit(pytest)).passRate).toBeCloseTo(33.33, 1);
    expect(readJunit(pytest)[1]).toMatchObject({ name: 'test_bad <1>', message: 'assert 1 == 2' });
  });

  it('reads suites in suites, and cases beside them, as node --test writes', () => {
    const text = `<testsuites><testsuite name="a"><testcase name="1" classname="t"/><testsuite name="b"><properties><property name="critical"/></properties>
      <testcase name="2"/><testsuite name="c"><testcase name="3"><failure/></testcase></testsuite></testsuite></testsuite></testsuites>`;
    const cases = readJunit(text);
    expect(cases.map((each) => each.outcome)).toEqual(['passed', 'passed', 'failed']);
    expect(summariseCritical(cases, { marker: 'critical' })).toMatchObject({
      selected: 2,
      passed: 1,
    });
  });

  it('reads a bare testsuite, and an empty report', () => {
    expect(
      readJunit('<testsuite><testcase name="x" status="disabled"/></testsuite>')[0]?.outcome,
    ).toBe('skipped');
    expect(summarise(readJunit('<testsuites/>')).passRate).toBeNull();
  });

  it.each(['', 'ok 1', '<html></html>', '<testsuites><testsuite>', '{}'])('refuses %j', (text) => {
    expect(() => readJunit(text)).toThrow();
  });

  it('selects critical tests by name or marker; a skipped one has not passed', () => {
    const cases = readJunit(pytest);
    expect(summariseCritical(cases, { name: 'test_pay test_(ok|later)' })).toMatchObject({
      selected: 2,
      passRate: 50,
    });
    expect(summariseCritical(cases, { marker: 'critical' })).toMatchObject({
      selected: 1,
      passRate: 100,
    });
    expect(summariseCritical(cases, { name: 'nothing' }).passRate).toBeNull();
    expect(summariseCritical(cases, undefined).passRate).toBeNull();
  });
});

describe('coverage', () => {
  it('reads Cobertura, LCOV and the Istanbul summary', () => {
    const cobertura =
      '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "x"><coverage line-rate="0.9" lines-valid="40" lines-covered="36"/>';
    const lcov = 'TN:\nSF:a.js\nDA:1,3\nDA:2,0\nDA:3,1\nend_of_record\n';
    const istanbul = '{"total":{"lines":{"total":10,"covered":5,"pct":50}}}';
    expect(readCoverage(cobertura)).toEqual({ lines: 40, coveredLines: 36 });
    expect(readCoverage(lcov)).toEqual({ lines: 3, coveredLines: 2 });
    expect(readCoverage(istanbul)).toEqual({ lines: 10, coveredLines: 5 });
    expect(readCoverage('<coverage line-rate="0.5"/>')).toEqual({
      lines: 10_000,
      coveredLines: 5_000,
    });
    expect(coveragePercent([cobertura, istanbul].map(readCoverage))).toBe(82);
    expect(coveragePercent([])).toBeNull();
  });

  it.each(['nothing', '<html/>', '{"total":{}}'])('refuses %j', (text) => {
    expect(() => readCoverage(text)).toThrow();
  });
});

describe('globs', () => {
  it.each([
    ['reports/*.xml', 'reports/a.xml', true],
    ['reports/*.xml', 'reports/deep/a.xml', false],
    ['**/TEST-*.xml', 'TEST-a.xml', true],
    ['**/TEST-*.xml', 'a/b/TEST-a.xml', true],
    ['reports/**', 'reports/deep/a.xml', true],
    ['./junit.xml', 'junit.xml', true],
    ['junit.xml', 'junitxxml', false],
    ['r/{a,b}.?ml', 'r/b.xml', true],
    ['r/(a)+.xml', 'r/(a)+.xml', true],
  ])('%s and %s: %s', (glob, path, matches) => {
    expect(globToRegExp(glob).test(path)).toBe(matches);
  });
});
