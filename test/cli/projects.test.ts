/** One worker for several projects: what is wrong with any of them is said before anything starts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProject, run, runsheet, WORKER } from './support/program.ts';

let base: string;
let one: ReturnType<typeof newProject>;
let other: ReturnType<typeof newProject>;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'runsheet-several-'));
  for (const name of ['first', 'second']) {
    mkdirSync(join(base, name));
    writeFileSync(join(base, name, 'runsheet.yaml'), `service: ${name}\ntask_queu: x\n`);
  }
  mkdirSync(join(base, 'empty'));
  one = newProject();
  other = newProject();
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  one.remove();
  other.remove();
});

const worker = (...args: string[]) =>
  run(process.execPath, [WORKER, '--lang', 'en', ...args], {
    cwd: base,
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });

describe('a worker of several projects', { timeout: 60_000 }, () => {
  it('says what is wrong with all of them at once, each with its folder', async () => {
    const folders = ['first', 'second', 'empty'].map((name) => join(base, name));
    const typed = ['worker', '--lang', 'en', '--projects', ...folders];
    for (const ended of [
      await worker(...folders.flatMap((folder) => ['--projects', folder])),
      await runsheet(typed, { cwd: base }),
    ]) {
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(`${join(base, 'first', 'runsheet.yaml')}:2:1`);
      expect(ended.stderr).toContain(`${join(base, 'second', 'runsheet.yaml')}:2:1`);
      expect(ended.stderr).toContain('NO_PROJECT_FILE');
      expect(ended.stderr).toContain(join(base, 'empty'));
    }
  });

  it('refuses two on one task queue', async () => {
    const ended = await worker('--projects', one.folder, '--projects', other.folder);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('WRONG_PROJECT');
    expect(ended.stderr).toContain(one.folder);
    expect(ended.stderr).toContain(other.folder);
    expect(ended.stderr).toContain('task_queue in runsheet.yaml');
  });
});
