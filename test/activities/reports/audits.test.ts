import { describe, expect, it } from 'vitest';
import { readFindings } from '../../../src/activities/code/reports/findings.ts';

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
    const { findings } = readFindings('npm-audit', text);
    expect(findings.filter((each) => each.high).map((each) => each.text)).toEqual([
      'Prototype Pollution',
      'depends on minimist',
    ]);
  });

  it('refuses version 1, and counts without a list', () => {
    expect(() => readFindings('npm-audit', '{"advisories":{},"metadata":{}}')).toThrow(
      'no npm audit report',
    );
    expect(() => readFindings('npm-audit', audit({}, 2))).toThrow(
      'counts 2 high or critical and lists 0',
    );
  });

  it.each([
    [
      { error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.' } },
      'requires an existing lockfile',
    ],
    [
      { message: '404 Not Found - POST', statusCode: 404, error: { summary: '', detail: '' } },
      '404 Not Found',
    ],
    [{ error: { code: 'ECONNREFUSED' } }, 'ECONNREFUSED'],
    [{ error: 'offline' }, 'offline'],
    [{ ...JSON.parse(audit({}, 0)), error: { summary: 'endpoint disabled' } }, 'endpoint disabled'],
  ])('G8 npm audit with an error has measured nothing: %j', (json, reason) => {
    expect(readFindings('npm-audit', JSON.stringify(json))).toMatchObject({
      findings: [],
      unmeasured: { en: expect.stringContaining(reason) },
    });
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
      expect(readFindings('pip-audit', JSON.stringify(json)).findings).toEqual([
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

  const skipped = (name: string) => ({ name, skip_reason: 'Dependency not found on PyPI' });

  it.each([
    [
      'all packages skipped',
      { dependencies: Array.from({ length: 79 }, (_, at) => skipped(`p${at}`)) },
    ],
    ['its older form, all skipped', [skipped('a'), skipped('b')]],
    [
      'packages without versions',
      { dependencies: [{ name: 'flask' }, { name: 'jinja2', vulns: [] }] },
    ],
    ['no list of vulnerabilities', { dependencies: [{ name: 'flask', version: '3.0' }] }],
  ])('G8 pip-audit with %s has measured nothing', (_what, json) => {
    const { findings, unmeasured } = readFindings('pip-audit', JSON.stringify(json));
    expect(unmeasured?.en).toMatch(/pip-audit skipped all \d+ packages/);
    expect(findings.filter((each) => each.high)).toEqual([]);
  });

  it('shows what it had to skip beside what it audited', () => {
    const audited = { name: 'flask', version: '3.0', vulns: [] };
    const text = JSON.stringify({ dependencies: [audited, skipped('own')] });
    expect(readFindings('pip-audit', text)).toMatchObject({
      findings: [{ level: 'warning', high: false, rule: 'skipped', place: 'own' }],
      unmeasured: null,
    });
  });

  it.each([
    '[dotenv@17.2.3] injecting env (0) from .env',
    '{ not json',
    'Found no known vulnerability\n[1/2] done',
  ])('B6 is read where %j is printed before it', (line) => {
    const text = JSON.stringify({ dependencies: [dependency] });
    expect(readFindings('pip-audit', `${line}\n${text}\n`).findings).toHaveLength(1);
  });

  it('G8 is refused where there are several, of which the last is empty', () => {
    const text = JSON.stringify({ dependencies: [dependency] }, null, 1);
    const both = `${text}\n{"dependencies":[]}`;
    expect(() => readFindings('pip-audit', both)).toThrow('more than one document');
    expect(() => readFindings('pip-audit', `${both}\n[]`)).toThrow('more than one document');
    expect(() => readFindings('pip-audit', `${text}\nand\n[]`)).toThrow('more than one document');
  });

  it('understands a line that is printed before the report', () => {
    expect(
      readFindings('pip-audit', `No known vulnerabilities found\n{"dependencies":[]}`),
    ).toEqual({
      findings: [],
      unmeasured: null,
    });
  });
});
