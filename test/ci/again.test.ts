/** `.ci/again.mjs` runs what failed once more, a file at a time, through the real vitest. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROJECT = join(ROOT, 'test/ci/fixtures/project');
const folder = mkdtempSync(join(tmpdir(), 'runsheet-again-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs again.mjs over a report in which these files failed. @returns what it wrote, or null */
function runAgain(name: string, failed: readonly string[]) {
  const report = join(folder, `${name}.json`);
  const testResults = [
    { name: join(PROJECT, 'never.test.mjs'), status: 'passed', assertionResults: [] },
    ...failed.map((file) => ({ name: file, status: 'failed', assertionResults: [] })),
  ];
  writeFileSync(report, JSON.stringify({ testResults }));
  // The folder says that all of them have failed once.
  for (const tried of ['a-test', 'a-hook']) writeFileSync(join(folder, tried), '');
  const argv = ['.ci/again.mjs', report, '--config', join(PROJECT, 'vitest.config.mjs')];
  const env = { ...process.env, RUNSHEET_TRIED: folder };
  const { stdout } = spawnSync(process.execPath, argv, { cwd: ROOT, env, encoding: 'utf8' });
  const results = join(folder, 'again', `${name}.json`);
  const written = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : null;
  return { stdout, written: written as unknown };
}

describe('running again', () => {
  it('runs the file that failed, no other, and keeps exit code and report', {
    timeout: 120_000,
  }, () => {
    const file = join(PROJECT, 'sometimes.test.mjs');
    const { written } = runAgain('one', [file]);
    expect(written).toMatchObject([
      {
        file,
        code: 0,
        report: {
          testResults: [
            { name: file, status: 'passed', assertionResults: Array(3).fill({ status: 'passed' }) },
          ],
          unhandledErrors: [],
        },
      },
    ]);
  });

  it('runs none where so many failed that it is no chance, and none without a report', () => {
    const many = Array.from({ length: 6 }, (_, at) => join(PROJECT, `${at}.test.mjs`));
    expect(runAgain('many', many)).toMatchObject({
      stdout: '6 files failed: none is run again\n',
      written: null,
    });
    const argv = ['.ci/again.mjs', join(folder, 'none.json')];
    const { status, stdout } = spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
