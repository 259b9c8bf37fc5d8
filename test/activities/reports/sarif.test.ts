import { describe, expect, it } from 'vitest';
import { readFindings } from '../../../src/activities/code/reports/findings.ts';

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
    const { findings } = readFindings(
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
    expect(readFindings('sarif', sarif({ results })).findings).toEqual([
      { level: 'warning', high: true, rule: 'x', text: 't', place: 'src/a.py:7' },
    ]);
  });

  it('counts an error without a security severity as high', () => {
    expect(
      readFindings('sarif', sarif({ results: [found('bare', { level: 'error' })] })).findings[0]
        ?.high,
    ).toBe(true);
  });

  it.each([
    { kind: 'pass' },
    { level: 'none' },
    { baselineState: 'absent' },
    { suppressions: [{ status: 'accepted' }] },
    { suppressions: [{}] },
  ])('does not count %j', (more) => {
    expect(readFindings('sarif', sarif({ results: [found('sql', more)] })).findings).toEqual([]);
  });

  it.each([{ suppressions: [] }, { suppressions: [{ status: 'rejected' }] }])(
    'counts %j',
    (more) => {
      expect(readFindings('sarif', sarif({ results: [found('sql', more)] })).findings).toHaveLength(
        1,
      );
    },
  );

  it('refuses what is no SARIF 2.1.0', () => {
    expect(() => readFindings('sarif', '{"version":"2.0.0","runs":[]}')).toThrow('no SARIF 2.1.0');
    expect(() => readFindings('sarif', '')).toThrow('empty');
  });

  it.each([
    ['no run', '{"version":"2.1.0","runs":[]}', 'no run of a tool'],
    ['no list of results', sarif({}), 'no list of results'],
    ['results that are null', sarif({ results: null }), 'no list of results'],
    [
      'executionSuccessful: false',
      sarif({ results: [], invocations: [{ executionSuccessful: false }] }),
      'scanner says in its report that it did not finish',
    ],
    [
      'an error while it ran',
      sarif({
        results: [],
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              { level: 'error', message: { text: 'cannot parse a.py' } },
            ],
          },
        ],
      }),
      'cannot parse a.py',
    ],
    [
      'an error in its settings',
      sarif({
        results: [],
        invocations: [{ toolConfigurationNotifications: [{ level: 'error' }] }],
      }),
      'did not finish',
    ],
    [
      'a tool that did not start',
      sarif({ results: [], invocations: [{ processStartFailureMessage: 'no such file' }] }),
      'no such file',
    ],
  ])('G8 SARIF with %s has measured nothing', (_what, text, reason) => {
    expect(readFindings('sarif', text)).toMatchObject({
      findings: [],
      unmeasured: {
        zh: expect.stringMatching(/\p{Script=Han}/u),
        en: expect.stringContaining(reason),
      },
    });
  });

  it('has measured where a notification is only a warning, and takes a level of null', () => {
    const invocations = [
      { executionSuccessful: true, toolExecutionNotifications: [{ level: 'warning' }, {}] },
    ];
    const report = readFindings(
      'sarif',
      sarif({ results: [found('bare', { level: null })], invocations }),
    );
    expect(report).toMatchObject({ unmeasured: null, findings: [{ level: 'warning' }] });
  });
});
