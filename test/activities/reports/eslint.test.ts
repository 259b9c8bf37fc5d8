import { describe, expect, it } from 'vitest';
import { readFindings } from '../../../src/activities/code/reports/findings.ts';

describe('ESLint JSON', () => {
  it('counts severity 2 as an error', () => {
    const messages = [
      { ruleId: 'no-undef', severity: 2, message: 'x is not defined', line: 3 },
      { ruleId: 'semi', severity: 1, message: 'Missing semicolon', line: 4 },
      { ruleId: null, severity: 2, message: 'Definition for rule not found' },
    ];
    const text = JSON.stringify([{ filePath: 'a.js', messages, errorCount: 2 }]);
    const { findings, unmeasured } = readFindings('eslint', text);
    expect(unmeasured).toBeNull();
    expect(findings.map((each) => `${each.level} ${each.rule} ${each.place}`)).toEqual([
      'error no-undef a.js:3',
      'warning semi a.js:4',
      'error parse a.js',
    ]);
  });

  const fatal = { ruleId: null, severity: 2, fatal: true, message: 'Parsing error', line: 3 };
  const ignored = {
    ruleId: null,
    severity: 1,
    fatal: false,
    message: 'File ignored because of a matching ignore pattern.',
  };
  it.each([
    ['a fatal parsing error', [{ filePath: 'a.js', messages: [fatal] }], 'could not parse a.js:3'],
    [
      'one file of two that could not be parsed',
      [
        { filePath: 'b.js', messages: [] },
        { filePath: 'a.js', messages: [fatal] },
      ],
      'could not parse a.js:3',
    ],
    [
      'a fatal error that is only counted',
      [{ filePath: 'a.js', messages: [], fatalErrorCount: 1 }],
      'could not parse a.js',
    ],
    ['no file', [], 'looked at no file'],
    ['only ignored files', [{ filePath: 'a.js', messages: [ignored] }], 'looked at no file'],
  ])('G8 ESLint with %s has measured nothing', (_what, results, reason) => {
    expect(readFindings('eslint', JSON.stringify(results)).unmeasured?.en).toContain(reason);
  });

  it('G8 refuses a report of ESLint that counts more errors than it lists', () => {
    const text = JSON.stringify([{ filePath: 'a.js', messages: [], errorCount: 2 }]);
    expect(() => readFindings('eslint', text)).toThrow('a.js counts 2 errors and lists 0');
  });
});
