/** The gate's last line: `.ci/summary.mjs` counts what vitest reported, and what never got so far. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../.ci/summary.mjs', import.meta.url));
const RECORDED = fileURLToPath(new URL('fixtures/recorded/tests.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'runsheet-summary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Status = 'passed' | 'failed' | 'skipped' | 'pending' | 'todo';

/** A report in vitest's JSON form with one file. @returns its path */
function report(
  name: string,
  tests: readonly Status[],
  status: 'passed' | 'failed',
  unhandledErrors: readonly string[] = [],
): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...fileOf(name, tests, status), unhandledErrors }));
  return path;
}

function fileOf(name: string, tests: readonly Status[], status: 'passed' | 'failed') {
  const assertionResults = tests.map((each, at) => ({
    status: each,
    fullName: `one, number ${at}`,
    failureMessages: each === 'failed' ? ['Error: the reason\n    at its place'] : [],
  }));
  return { testResults: [{ name, status, assertionResults }] };
}

/** What again.mjs writes of the file of `report(name, …)`; null: vitest left no report. */
function again(name: string, tests: readonly Status[] | null, code: number): void {
  mkdirSync(join(folder, 'again'), { recursive: true });
  const status = code === 0 ? 'passed' : 'failed';
  const own = tests === null ? null : fileOf(name, tests, status);
  const results = [{ file: name, code, report: own }];
  writeFileSync(join(folder, 'again', `${name}.json`), JSON.stringify(results));
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
    const failed = 'failed: bad: one, number 1\n    Error: the reason\n        at its place\n';
    for (const text of [failed, 'skipped: bad', 'failed outside its tests: never'])
      expect(all.before).toContain(text);
  });

  it('keeps the beginning and the end of a long reason', () => {
    const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`);
    const own = fileOf('long', ['failed'], 'failed');
    const [file] = own.testResults;
    const assertionResults = file?.assertionResults.map((each) => ({
      ...each,
      failureMessages: [lines.join('\n')],
    }));
    const path = join(folder, 'long.json');
    writeFileSync(path, JSON.stringify({ testResults: [{ ...file, assertionResults }] }));
    const { before } = summary(path, '1');
    const told = before.split('\n').map((line) => line.trim());
    expect(told.slice(1, 7)).toEqual([...lines.slice(0, 4), '[76 lines more]', 'line 80']);
    expect(told.at(-1)).toBe('line 99');
  });

  it('counts a file whose tests passed and which failed all the same', () => {
    const ends = report('ends-badly', ['passed', 'passed'], 'failed');
    expect(summary(ends, '1')).toMatchObject({ status: 1, last: '2 passed, 1 failed' });
  });

  it.each([
    ['a stage that ended without a report', [good, '0', join(folder, 'none.json'), '124']],
    ['a stage that ended badly although its tests passed', [good, '1']],
    ['a check that failed', [good, '0', 'docker-compose.yml', '1']],
    ['an error outside the tests', [report('stray', ['passed', 'passed'], 'passed', ['E']), '1']],
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

describe('a file that failed and ran once more by itself', () => {
  const flaky = (name: string, unhandledErrors: readonly string[] = []): string =>
    report(name, ['passed', 'failed'], 'failed', unhandledErrors);

  it('is named where it passed then, and counts as passed', () => {
    const path = flaky('flaky');
    again('flaky', ['passed', 'passed'], 0);
    const all = summary(path, '1');
    expect(all).toMatchObject({ status: 0, last: '2 passed, 0 failed' });
    expect(all.before).toContain('flaky, failed: flaky: one, number 1\n    Error: the reason\n');
    expect(all.before).toContain('1 flaky, and counted as passed: mend them before anything else.');
  });

  it.each<[string, readonly Status[] | null, number]>([
    ['failed again', ['passed', 'failed'], 1],
    ['another of its tests failed then', ['failed', 'passed'], 1],
    ['one of its tests was skipped then', ['passed', 'skipped'], 0],
    ['vitest ended badly then', ['passed', 'passed'], 1],
    ['vitest was ended at the limit', null, 124],
    ['no test of it ran', [], 0],
    ['the test is no longer there', ['passed'], 0],
  ])('has failed where %s', (name, tests, code) => {
    const path = flaky(name);
    again(name, tests, code);
    const all = summary(path, '1');
    expect(all).toMatchObject({ status: 1, last: '1 passed, 1 failed' });
    expect(all.before).not.toContain('mend them');
  });

  it.each([
    ['the limit', '124'],
    ['a kill', '137'],
    ['a crash', '139'],
  ])('does not hide %s of the whole run', (name, code) => {
    const path = flaky(name);
    again(name, ['passed', 'passed'], 0);
    const all = summary(path, code);
    expect(all).toMatchObject({ status: 1, last: '2 passed, 1 failed' });
    expect(all.before).toContain(`ended with exit code ${code}`);
  });

  it('does not hide a worker that crashed, nor a run without a report', () => {
    const path = flaky('crashed', ['Error: Worker exited unexpectedly']);
    again('crashed', ['passed', 'passed'], 0);
    const all = summary(path, '1');
    expect(all).toMatchObject({ status: 1, last: '2 passed, 1 failed' });
    expect(all.before).toContain('Worker exited unexpectedly');
    again('gone', ['passed', 'passed'], 0);
    expect(summary(join(folder, 'gone.json'), '1')).toMatchObject({ last: '0 passed, 1 failed' });
  });

  it('is told as vitest recorded it: tests, hooks, and files that could not be read', () => {
    const all = summary(RECORDED, '1');
    expect(all).toMatchObject({ status: 1, last: '6 passed, 2 failed' });
    for (const text of [
      'flaky, failed: project/sometimes.test.mjs: passes alone\n    Error: a-test: too slow',
      'flaky, skipped: project/sometimes.test.mjs: behind a hook is reached alone\n    Error: a-hook',
      'flaky, failed outside its tests: project/starts-alone.test.mjs\n    Error: a-file: too slow',
      'twice, failed: project/never.test.mjs: never passes\n    Error: broken',
      'twice, failed: project/never.test.mjs: passes alone, beside another\n    Error: beside',
      '3 flaky, and counted as passed',
    ])
      expect(all.before).toContain(text);
    expect(all.before).not.toContain('node_modules');
  });
});
