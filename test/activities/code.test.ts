import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createCheckActivities } from '../../src/activities/code/checks.ts';
import type { CommandSettings } from '../../src/plan/settings.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
  sh,
} from './support/checkout-world.ts';

const sarif = (results: object[]) =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'scan' } }, results }] });
const CLEAN = sarif([]);
const SERIOUS = sarif([
  {
    ruleId: 'sql',
    level: 'error',
    message: { text: 'SQL out of text' },
    properties: { 'security-severity': '9.1' },
  },
  {
    ruleId: 'style',
    level: 'warning',
    message: { text: 'long line' },
    properties: { 'security-severity': '2.0' },
  },
]);

let world: CheckoutWorld;
afterEach(() => world.remove());

async function check(
  action: 'analyze' | 'lint' | 'scan' | 'audit',
  command: CommandSettings[typeof action] | undefined,
  files: Readonly<Record<string, string>> = {},
) {
  world = await makeCheckoutWorld({ 'clean.sarif': CLEAN, 'serious.sarif': SERIOUS, ...files });
  const commands = command === undefined ? {} : { [action]: command };
  const input = await inputFor(world, { commands });
  return runActivity(createCheckActivities(world.ports)[`code.${action}`], input);
}
const facts = (result: Awaited<ReturnType<typeof check>>) =>
  Object.fromEntries(result.facts.map((fact) => [fact.id, fact.value]));

describe('code.analyze', () => {
  it('counts findings of level error, and keeps report and log', async () => {
    const command = sh('mkdir out; cat serious.sarif > out/a.sarif; exit 1', {
      report: 'out/*.sarif',
      format: 'sarif',
    });
    const result = await check('analyze', command);
    expect(facts(result)).toEqual({ 'code.serious_findings': 1 });
    expect(result.evidence.join('\n')).toContain('SQL out of text (sql)');
    const kept = await world.ports.artifacts.read(
      `artifact:${RUN.requestId}/reports/1-analyze-1.json`,
    );
    expect(kept?.toString('utf8')).toBe(SERIOUS);
  });

  it('reads the report from standard output where no file is named', async () => {
    expect(facts(await check('analyze', sh('cat clean.sarif', { format: 'sarif' })))).toEqual({
      'code.serious_findings': 0,
    });
  });

  it('measures nothing by an exit code alone, and says what to set', async () => {
    const result = await check('analyze', sh('exit 0'));
    expect(result.facts).toEqual([]);
    expect(result.evidence.join('\n')).toContain('Not measured: give commands.analyze');
  });

  it('measures nothing where the command is null, or none is detected', async () => {
    const ofNull = await check('analyze', null);
    expect(ofNull.facts).toEqual([]);
    expect(ofNull.evidence[0]).toContain('commands.analyze is null');
    await world.remove();
    const ofNothing = await check('analyze', undefined);
    expect(ofNothing.facts).toEqual([]);
    expect(ofNothing.evidence[0]).toContain('not set');
  });
});

describe('a report that proves nothing', () => {
  it.each([
    [
      'none was written',
      sh('true', { report: 'out/a.sarif', format: 'sarif' }),
      'BAD_REPORT',
      /wrote no report/,
    ],
    [
      'the one in the source stands for nothing',
      sh('true', { report: 'clean.sarif', format: 'sarif' }),
      'BAD_REPORT',
      /wrote no report/,
    ],
    [
      'it has an old time',
      sh('touch -d 2001-01-01 old.sarif', { report: 'old.sarif', format: 'sarif' }),
      'BAD_REPORT',
      /older than this run/,
    ],
    [
      'it is cut off',
      sh('head -c 40 serious.sarif', { format: 'sarif' }),
      'BAD_REPORT',
      /not JSON/,
    ],
    [
      'it lists nothing and the tool failed',
      sh('cat clean.sarif; echo crashed >&2; exit 2', { format: 'sarif' }),
      'TOOL_FAILED',
      /crashed/,
    ],
    [
      'the tool is missing',
      sh('exec no-such-tool', { format: 'sarif' }),
      'TOOL_FAILED',
      /no-such-tool/,
    ],
    [
      'it was killed',
      sh('cat clean.sarif; kill -9 $$', { format: 'sarif' }),
      'COMMAND_ENDED',
      /ended by a signal/,
    ],
    [
      'it took too long',
      sh('cat clean.sarif; sleep 9', { format: 'sarif', timeoutSeconds: 0.3 }),
      'COMMAND_TIMEOUT',
      /raise its timeout/,
    ],
    [
      'its path leaves the checkout',
      sh('true', { report: '../a.sarif', format: 'sarif' }),
      'PATH_OUTSIDE_PROJECT',
      /leaves the checkout/,
    ],
  ])('fails: %s', async (_why, command, type, message) => {
    const failed = check('scan', command);
    await expect(failed).rejects.toMatchObject({ type, nonRetryable: true });
    await expect(failed).rejects.toThrow(message);
  });
});

describe('code.scan and code.audit', () => {
  it('count what is high', async () => {
    expect(
      facts(await check('scan', sh('cat serious.sarif; exit 1', { format: 'sarif' }))),
    ).toEqual({
      'security.high_findings': 1,
    });
    await world.remove();
    const audit = {
      auditReportVersion: 2,
      vulnerabilities: {
        qs: { name: 'qs', severity: 'high', via: [{ title: 'DoS' }], range: '<6' },
      },
      metadata: { vulnerabilities: { high: 1, critical: 0 } },
    };
    const files = { 'audit.json': JSON.stringify(audit) };
    const result = await check(
      'audit',
      sh('cat audit.json; exit 1', { format: 'npm-audit' }),
      files,
    );
    expect(facts(result)).toEqual({ 'security.high_findings': 1 });
  });
});

describe('code.lint', () => {
  it('proves style by the exit code', async () => {
    expect(facts(await check('lint', sh('exit 0')))).toEqual({
      'code.serious_findings': 0,
      'code.style_ok': true,
    });
    await world.remove();
    expect(facts(await check('lint', sh('exit 1')))).toEqual({
      'code.serious_findings': 1,
      'code.style_ok': false,
    });
  });

  it('is detected from package.json', async () => {
    const manifest = JSON.stringify({ name: 'a', scripts: { lint: 'echo linted' } });
    const result = await check('lint', undefined, { 'package.json': manifest });
    expect(facts(result)['code.style_ok']).toBe(true);
    expect(result.evidence[0]).toContain('npm run lint: exit code 0');
  });
});

describe('what a command prints', () => {
  it('is kept without secrets', async () => {
    const result = await check('lint', sh('echo password=hunter2-hunter2 token: abcdefgh1234'));
    const log = await readFile(
      join(world.folder, 'runs', RUN.requestId, 'artifacts/logs/1-lint.log'),
      'utf8',
    );
    expect(log).toContain('[REDACTED]');
    expect(log).not.toContain('hunter2-hunter2');
    expect(log).not.toContain('abcdefgh1234');
    expect(JSON.stringify(result)).not.toContain('hunter2-hunter2');
  });
});
