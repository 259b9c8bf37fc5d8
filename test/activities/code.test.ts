import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkIn, factsOf, makeCheckWorld, SERIOUS } from './support/check-run.ts';
import { type CheckoutWorld, RUN, sh } from './support/checkout-world.ts';

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

describe('code.analyze', () => {
  it('counts findings of level error, and keeps report and log', async () => {
    const command = sh('mkdir out; cat serious.sarif > out/a.sarif; exit 1', {
      report: 'out/*.sarif',
      format: 'sarif',
    });
    const result = await check('analyze', command);
    expect(factsOf(result)).toEqual({ 'code.serious_findings': 1 });
    expect(result.evidence.join('\n')).toContain('SQL out of text (sql)');
    const kept = await world.ports.artifacts.read(
      `artifact:${RUN.requestId}/reports/1-analyze-1.json`,
    );
    expect(kept?.toString('utf8')).toBe(SERIOUS);
  });

  it('reads the report from standard output where no file is named', async () => {
    expect(factsOf(await check('analyze', sh('cat clean.sarif', { format: 'sarif' })))).toEqual({
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

describe('code.scan and code.audit', () => {
  it('count what is high', async () => {
    expect(
      factsOf(await check('scan', sh('cat serious.sarif; exit 1', { format: 'sarif' }))),
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
    expect(factsOf(result)).toEqual({ 'security.high_findings': 1 });
  });
});

describe('code.lint', () => {
  it('proves style by the exit code', async () => {
    expect(factsOf(await check('lint', sh('exit 0')))).toEqual({
      'code.serious_findings': 0,
      'code.style_ok': true,
    });
    await world.remove();
    expect(factsOf(await check('lint', sh('exit 1')))).toEqual({
      'code.serious_findings': 1,
      'code.style_ok': false,
    });
  });

  it('G2 proves nothing by the code of a crash', async () => {
    await expect(check('lint', sh('exit 139'))).rejects.toMatchObject({ type: 'TOOL_FAILED' });
  });

  it('is detected from package.json', async () => {
    const manifest = JSON.stringify({ name: 'a', scripts: { lint: 'echo linted' } });
    const result = await check('lint', undefined, { 'package.json': manifest });
    expect(factsOf(result)['code.style_ok']).toBe(true);
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
