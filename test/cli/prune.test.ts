/** `runsheet prune`, as the built program, over a Temporal server in which one run is open. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCommands } from '../e2e/support/documented-commands.ts';
import { createLocal } from '../support/temporal.ts';
import { atTerminal, type Ended, newProject, run, runsheet } from './support/program.ts';

const DOCUMENTED = readCommands(new URL('../../docs/cli.md', import.meta.url));
const OLD = new Date(Date.now() - 400 * 86_400_000);
const BY_DEFAULT = 'keep: { runs: 50, builds: 10, age: 90d }';
const KEEP = 'keep: { runs: 0, builds: 0, age: 300d }';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await createLocal();
  await env.client.workflow.start('deployment_workflow_v1', {
    taskQueue: 'runsheet',
    workflowId: 'deploy-open',
    args: [{}],
  });
  const query = "TaskQueue='runsheet' AND ExecutionStatus='Running'";
  await vi.waitFor(async () => expect((await env.client.workflow.count(query)).count).toBe(1), {
    timeout: 30_000,
  });
}, 60_000);
afterAll(() => env.teardown());

let project: ReturnType<typeof newProject>;
beforeEach(() => {
  project = newProject();
  const yaml = join(project.folder, 'runsheet.yaml');
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(BY_DEFAULT, KEEP));
  for (const id of ['old', 'open']) {
    const about = { workflowId: `deploy-${id}`, service: 's', environment: 'test', version: 'v1' };
    put(`runs/${id}/artifacts/run.json`, JSON.stringify({ ...about, language: 'en' }));
    put(`runs/${id}/artifacts/report.md`, '# Report\n');
    put(`runs/${id}/artifacts/logs/2-test.log`, 'x'.repeat(2048));
  }
  put('runs/mine.txt', 'mine');
});
afterEach(() => project.remove());

function put(name: string, content: string): void {
  const path = join(project.folder, '.runsheet', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, OLD, OLD);
}

const log = (id: string): boolean =>
  existsSync(join(project.folder, `.runsheet/runs/${id}/artifacts/logs/2-test.log`));
const here = () => ({ cwd: project.folder, env: { TEMPORAL_ADDRESS: env.address } });
const typed = (...args: string[]): Promise<Ended> => runsheet(['prune', ...args], here());
const documented = (name: string): Promise<Ended> =>
  run('sh', ['-c', DOCUMENTED.get(name) ?? 'exit 9'], {
    cwd: project.folder,
    env: { PATH: project.PATH, TEMPORAL_ADDRESS: env.address },
  });

describe('prune', { timeout: 60_000 }, () => {
  it('prune-dry-run: lists what would go, with sizes, and removes nothing', async () => {
    const ended = await documented('prune-dry-run');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/2\.0 KiB {2}deploy-old +v1 → test +logs and artifacts/u);
    expect(ended.stdout).toContain('2.0 KiB in all; runs: 1, builds: 0');
    expect(ended.stdout).toMatch(
      /releases on servers are not among these: runtime\.keep_releases/u,
    );
    expect(ended.stdout).toMatch(/left alone: 1 [\s\S]*mine\.txt/u);
    expect(ended.stdout).not.toContain('deploy-open');
    expect([log('old'), log('open')]).toEqual([true, true]);
  });

  it('prune-yes: removes the logs of a run that has ended; reports and open runs stay', async () => {
    const ended = await documented('prune-yes');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      runs: [{ workflowId: 'deploy-old', bytes: 2048 }],
      builds: [],
      bytes: 2048,
      leftAlone: [expect.stringContaining('mine.txt')],
      removed: { bytes: 2048, files: [expect.stringContaining('2-test.log')] },
      failed: [],
    });
    expect([log('old'), log('open')]).toEqual([false, true]);
    const artifacts = readdirSync(join(project.folder, '.runsheet/runs/old/artifacts'));
    expect(artifacts.sort()).toEqual(['logs', 'report.md', 'run.json']);
    expect((await runsheet(['logs', 'deploy-old', '--report'], here())).stdout).toBe('# Report\n');
    const again = await typed('--yes', '--lang', 'zh');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('没有可删除的内容');
  });

  it('keeps everything of few runs with the limits that hold by default', async () => {
    const yaml = join(project.folder, 'runsheet.yaml');
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(KEEP, ''));
    expect(JSON.parse((await typed('--yes', '--json')).stdout)).toMatchObject({ runs: [] });
    expect(log('old')).toBe(true);
  });

  it('without a terminal needs --yes: 2, and nothing is removed', async () => {
    const ended = await typed('--lang', 'en');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('nothing was removed');
    expect(ended.stderr).toContain('--yes');
    expect(log('old')).toBe(true);
  });

  it('asks at a terminal: no is 4, and nothing is removed; yes removes', async () => {
    const asked = { to: 'Remove these?' };
    const no = await atTerminal(['prune', '--lang', 'en'], { ...asked, keys: 'n' }, here());
    expect(no.code, no.stdout).toBe(4);
    expect(log('old')).toBe(true);
    const yes = await atTerminal(['prune', '--lang', 'en'], { ...asked, keys: 'y' }, here());
    expect(yes.code, yes.stdout).toBe(0);
    expect(yes.stdout).toContain('files removed: 1, 2.0 KiB');
    expect(log('old')).toBe(false);
  });

  it('names what cannot be removed, and the others go: 1', async () => {
    put('runs/old/artifacts/reports/1-lint-1.json', '{}');
    const logs = join(project.folder, '.runsheet/runs/old/artifacts/logs');
    const ended = await atTerminal(
      ['prune', '--lang', 'zh'],
      {
        to: '删除以上内容？',
        // While it asks: what lay in the folder can no longer be reached.
        get keys() {
          rmSync(logs, { recursive: true });
          writeFileSync(logs, 'no folder any more');
          return 'y';
        },
      },
      here(),
    );
    expect(ended.code, ended.stdout).toBe(1);
    expect(ended.stdout).toContain('已删除 1 个文件，2 B');
    expect(ended.stdout).toMatch(/未能删除 \S+2-test\.log：ENOTDIR/u);
  });

  it('where no Temporal server answers, removes nothing: 2', async () => {
    const ended = await runsheet(['prune', '--yes'], {
      cwd: project.folder,
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NO_TEMPORAL_SERVER');
    expect(log('old')).toBe(true);
  });

  it('refuses limits that are none: 2', async () => {
    const yaml = join(project.folder, 'runsheet.yaml');
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('age: 300d', 'age: often'));
    const ended = await typed('--yes', '--lang', 'en');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/BAD_PROJECT_FILE: keep\.age/u);
    expect(log('old')).toBe(true);
  });
});
