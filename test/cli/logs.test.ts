/** `runsheet logs`, as the built program, over what the activities keep. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOutput, keepRun } from '../../src/activities/run/kept-output.ts';
import { createFolderArtifactStore } from '../../src/adapters/artifacts/folder-artifact-store.ts';
import { harmless } from '../../src/cli/view/output.ts';
import type { CommandLog } from '../../src/plan/command-log.ts';
import type { RunRef } from '../../src/plan/run.ts';
import { readCommands } from '../e2e/support/documented-commands.ts';
import { type Ended, newProject, run, runsheet } from './support/program.ts';

const DOCUMENTED = readCommands(new URL('../../docs/cli.md', import.meta.url));
const RUN: RunRef = {
  workflowId: 'deploy-1',
  requestId: '0d3f2f2e-5f0a-4a53-9d3b-111111111111',
  project: 'shop',
  service: 'hello',
  environment: 'production',
  version: 'v2.1.0',
  templateId: 'deployment_workflow_v1',
  planDigest: `sha256:${'1'.repeat(64)}`,
  requestedBy: 'alice',
  language: 'en',
};
/** More than a pipe holds, so that the program is still writing when its reader goes. */
const LONG = 'all work and no play\n'.repeat(400_000);

let project: ReturnType<typeof newProject>;
beforeAll(async () => {
  project = newProject();
  const artifacts = createFolderArtifactStore(join(project.folder, '.runsheet', 'runs'));
  const keep = (file: string, about: Partial<CommandLog>, output: string): Promise<string> =>
    keepOutput(
      artifacts,
      RUN,
      file,
      {
        step: 2,
        name: 'test',
        command: 'npm test',
        servers: [],
        startedAtMs: 1000,
        durationMs: 1500,
        exitCode: 0,
        ...about,
      },
      output,
    );
  const onServer = (name: string) => ({ step: 8, name: 'smoke', servers: [name] });
  await keep('8-action-1-app-server-1', { ...onServer('app-server-1'), exitCode: 1 }, 'one\n');
  await keep('8-action-1-app-server-2', { ...onServer('app-server-2'), startedAtMs: 2 }, 'two\n');
  await keep('2-test', { startedAtMs: 9 }, 'a "quoted" 测试\n');
  await keep('2-npm-ci', { name: 'npm-ci', startedAtMs: 5, exitCode: null }, 'installing\n');
  await artifacts.write(RUN.requestId, 'report.md', '# Deployment report\n');
  const other = { ...RUN, workflowId: 'deploy-2', requestId: 'other' };
  await keepRun(artifacts, other);
  const long = { ...RUN, workflowId: 'deploy-long', requestId: 'long', language: 'zh' } as const;
  const about = { step: 1, name: 'lint', command: 'x', servers: [], durationMs: 1, exitCode: 0 };
  await keepOutput(artifacts, long, '1-lint', { ...about, startedAtMs: 1 }, LONG);
});
afterAll(() => project.remove());

const typed = (...args: string[]): Promise<Ended> =>
  runsheet(['logs', ...args], { cwd: project.folder });

describe('the commands of docs/cli.md', { timeout: 60_000 }, () => {
  const documented = (name: string): Promise<Ended> =>
    run('sh', ['-c', DOCUMENTED.get(name) ?? ''], {
      cwd: project.folder,
      env: { PATH: project.PATH, RUN: RUN.workflowId },
    });

  it('logs: every step in order, and within it by their starts', async () => {
    const ended = await documented('logs');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toBe(
      [
        '── step 2: npm-ci, ended by a signal, 1.5 s\ninstalling\n',
        '── step 2: test, exit code 0, 1.5 s\na "quoted" 测试\n',
        '── step 8: smoke (app-server-2), exit code 0, 1.5 s\ntwo\n',
        '── step 8: smoke (app-server-1), exit code 1, 1.5 s\none\n',
        '',
      ].join('\n'),
    );
  });

  it('logs-step: one step, as JSON', async () => {
    const ended = await documented('logs-step');
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { step: 2, name: 'npm-ci', exitCode: null, output: 'installing\n' },
      { step: 2, name: 'test', command: 'npm test', servers: [], output: 'a "quoted" 测试\n' },
    ]);
  });

  it('logs-server: one server', async () => {
    const ended = await documented('logs-server');
    expect(ended.stdout).toContain('\none\n');
    expect(ended.stdout).not.toContain('two');
  });

  it('logs-report: the report', async () => {
    expect((await documented('logs-report')).stdout).toBe('# Deployment report\n');
    const json = await typed('deploy-1', '--report', '--json');
    expect(JSON.parse(json.stdout)).toEqual({
      workflowId: 'deploy-1',
      report: '# Deployment report\n',
    });
  });
});

describe('what is not there', { timeout: 60_000 }, () => {
  it.each([
    [['deploy-3'], /no output of deploy-3; it is there of: (?=.*deploy-1)(?=.*deploy-2)/u],
    [['deploy-1', '7'], /in step "7"; steps with output: 2, 8$/mu],
    [['deploy-1', 'two'], /in step "two"; steps with output: 2, 8$/mu],
    [
      ['deploy-1', '--server', 'web'],
      /of server "web"; servers with output: app-server-2, app-server-1$/mu,
    ],
    [['deploy-1', '2', '--server', 'app-server-1'], /servers with output: none$/mu],
    [['deploy-1', '2', '--report'], /leave out the step/u],
    [['deploy-2', '--report'], /deploy-2 has no report yet/u],
  ])('%j is refused with what there is: 2', async (args, words) => {
    const ended = await typed(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(words);
  });

  it('is said in Chinese of a Chinese run', async () => {
    const ended = await typed('deploy-long', '7');
    expect(ended.stderr).toContain('没有命令的输出；有输出的步骤：1');
  });

  it('a run whose commands have not ended has nothing so far: 0', async () => {
    const ended = await typed('deploy-2');
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    expect(ended.stderr).toContain('no command of deploy-2 has ended yet, or runsheet prune');
  });
});

describe('a long output', { timeout: 60_000 }, () => {
  it('comes whole', async () => {
    const { stdout } = await typed('deploy-long');
    expect(stdout.length).toBeGreaterThan(LONG.length);
    expect(stdout.endsWith(`${LONG}\n`)).toBe(true);
  });

  it('ends quietly where its reader has enough: 141', async () => {
    const script = 'runsheet logs deploy-long; echo "code $?" >&2';
    const child = spawn('sh', ['-c', script], {
      cwd: project.folder,
      env: { ...process.env, PATH: project.PATH },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    await once(child, 'close');
    expect(said).toBe('code 141\n');
  });
});

describe('on a terminal', () => {
  const shown = async (...chunks: string[]): Promise<string> => {
    const given = (async function* () {
      yield* chunks;
    })();
    let text = '';
    for await (const chunk of harmless(given)) text += chunk;
    return text;
  };

  it('an output keeps its colours and drives nothing', async () => {
    expect(await shown('\u001b[31mred\u001b[0m\t1\r\n50%\r100%\n')).toBe(
      '\u001b[31mred\u001b[0m\t1\n50%\n100%\n',
    );
    expect(await shown('a\u001b]0;title\u0007b\u001b[2Jc')).toBe(
      'a<U+001B>]0;title<U+0007>b<U+001B>[2Jc',
    );
  });

  it('also where a chunk ends in the middle of a sequence', async () => {
    expect(await shown('a\u001b', '[31', 'mred\r', '\nb\u001b')).toBe('a\u001b[31mred\nb<U+001B>');
  });
});
