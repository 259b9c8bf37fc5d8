import { afterEach, describe, expect, it } from 'vitest';
import { checkIn, factsOf, makeCheckWorld } from './support/check-run.ts';
import { type CheckoutWorld, sh } from './support/checkout-world.ts';

let world: CheckoutWorld;
afterEach(() => world.remove());

async function check(
  action: Parameters<typeof checkIn>[1],
  command: Parameters<typeof checkIn>[2],
  files: Readonly<Record<string, string>> = {},
) {
  world = await makeCheckWorld(files);
  return checkIn(world, action, command);
}

describe('a tool that did not look', () => {
  const unfinished = JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'scan' } },
        results: [],
        invocations: [{ executionSuccessful: false }],
      },
    ],
  });
  const skipped = JSON.stringify({
    dependencies: Array.from({ length: 79 }, (_, at) => ({
      name: `p${at}`,
      skip_reason: 'Dependency not found on PyPI and could not be audited',
    })),
  });
  const fatal = JSON.stringify([
    {
      filePath: 'a.js',
      messages: [{ ruleId: null, severity: 2, fatal: true, message: 'Unexpected token', line: 3 }],
    },
  ]);
  it.each([
    [
      'audit',
      'pip-audit',
      skipped,
      0,
      /pip-audit skipped all 79 packages \(not audited: Dependency not found/,
    ],
    [
      'audit',
      'npm-audit',
      '{"error":{"code":"ENOLOCK","summary":"needs a lockfile"}}',
      1,
      /needs a lockfile/,
    ],
    ['scan', 'sarif', '{"version":"2.1.0","runs":[]}', 0, /no run of a tool/],
    ['scan', 'sarif', unfinished, 0, /did not finish/],
    ['analyze', 'eslint', fatal, 1, /could not parse a\.js:3/],
    ['lint', 'eslint', fatal, 1, /could not parse a\.js:3/],
    ['lint', 'eslint', '[]', 0, /looked at no file/],
  ] as const)(
    'G8 has measured nothing: %s, %s, %s',
    async (action, format, report, exit, reason) => {
      const command = sh(`cat report.json; exit ${exit}`, { format });
      const result = await check(action, command, { 'report.json': report });
      expect(result.facts).toEqual([]);
      expect(result.evidence[0]).toMatch(reason);
      expect(result.evidence[0]).toMatch(/^Not measured: /);
    },
  );

  it('G8 says which packages were left out beside those that were audited', async () => {
    const report = JSON.stringify({
      dependencies: [
        { name: 'flask', version: '3.0', vulns: [] },
        { name: 'own', skip_reason: 'not found on PyPI' },
      ],
    });
    const result = await check('audit', sh('cat r.json', { format: 'pip-audit' }), {
      'r.json': report,
    });
    expect(factsOf(result)).toEqual({ 'security.high_findings': 0 });
    expect(result.evidence.join('\n')).toContain('Not audited, 1 in all: own');
  });
});
