/** The gate's last line: `.ci/summary.mjs` counts what vitest reported, and what never got so far. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../.ci/summary.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'runsheet-summary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Status = 'passed' | 'failed' | 'skipped' | 'pending' | 'todo';

/** A report in vitest's JSON form with one file. @returns its path */
function report(name: string, tests: readonly Status[], status: 'passed' | 'failed'): string {
  const assertionResults = tests.map((each) => ({
    status: each,
    fullName: `one that ${each}`,
    failureMessages: each === 'failed' ? ['Error: the reason\n    at its place'] : [],
  }));
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ testResults: [{ name, status, assertionResults }] }));
  return path;
}

function summary(...argv: readonly string[]) {
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, ...argv], { encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  return { status, last: lines.at(-1), before: lines.slice(0, -1).join('\n') };
}

describe('the summary of the gate', () => {
  const good = report('good', ['passed', 'passed'], 'passed');

  it('sums the stages, and a check that passed counts for nothing', () => {
    const more = report('more', ['passed'], 'passed');
    const all = summary('docker-compose.yml', '0', good, '0', more, '0');
    expect(all).toEqual({ status: 0, last: '3 passed, 0 failed', before: '' });
  });

  it('names what failed and why, was skipped, or could not start', () => {
    const bad = report('bad', ['passed', 'failed', 'skipped', 'pending', 'todo'], 'failed');
    const never = report('never', [], 'failed');
    const all = summary(good, '0', bad, '1', never, '1');
    expect(all).toMatchObject({ status: 1, last: '3 passed, 5 failed' });
    const failed = 'failed: bad: one that failed\n    Error: the reason\n        at its place\n';
    for (const text of [failed, 'skipped: bad', 'could not start: never'])
      expect(all.before).toContain(text);
  });

  it.each([
    ['a stage that ended without a report', [good, '0', join(folder, 'none.json'), '124']],
    ['a stage that ended badly although its tests passed', [good, '1']],
    ['a check that failed', [good, '0', 'docker-compose.yml', '1']],
  ])('counts %s as one failure', (_name, argv) => {
    expect(summary(...argv)).toMatchObject({ status: 1, last: '2 passed, 1 failed' });
  });

  it('fails where nothing ran', () => {
    expect(summary(report('empty', [], 'passed'), '0')).toMatchObject({
      status: 1,
      last: '0 passed, 0 failed',
    });
  });
});
