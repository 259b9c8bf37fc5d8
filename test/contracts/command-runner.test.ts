import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandRunner } from '../../src/adapters/process/command-runner.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { isAlive, pidsIn } from '../support/processes.ts';

const environment = { PATH: process.env['PATH'], HOME: '/nonexistent', SLACK_TOKEN: 'worker-only' };
const runner = createCommandRunner({ environment, graceMs: 300 });
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sh = (script: string) => ({ argv: ['sh', '-c', script], cwd: folder, timeoutMs: 10_000 });

describe('CommandRunner', () => {
  it('gives exit code and both streams, apart', async () => {
    const result = await runner.run(sh('echo out; echo err >&2; exit 3'));
    expect(result).toMatchObject({
      exitCode: 3,
      endedBy: 'exit',
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(result.truncated).toBe(false);
  });

  it('passes arguments as they are, never through a shell', async () => {
    const argument = '$(touch pwned); `id` "quoted" \'single\' *';
    const result = await runner.run({
      argv: ['printf', '%s', argument],
      cwd: folder,
      timeoutMs: 5_000,
    });
    expect(result.stdout).toBe(argument);
  });

  it('has a minimal environment, with what the command adds', async () => {
    const result = await runner.run({ ...sh('env'), env: { ADDED: 'yes' } });
    expect(result.stdout).toContain('ADDED=yes');
    expect(result.stdout).toContain('HOME=/nonexistent');
    expect(result.stdout).not.toContain('worker-only');
  });

  it('ends the whole group at the timeout, grandchildren that ignore SIGTERM too', async () => {
    const script = "(trap '' TERM; sleep 60) & echo $! > grandchild; wait";
    const result = await runner.run({ ...sh(script), timeoutMs: 1_000 });
    expect(result).toMatchObject({ exitCode: null, endedBy: 'timeout' });
    expect(result.durationMs).toBeLessThan(5_000);
    await expectGone('grandchild');
  });

  it('ends on cancellation', async () => {
    const controller = new AbortController();
    const script = 'echo $$ > begun; sleep 60';
    const { signal } = controller;
    const running = runner.run({ ...sh(script), timeoutMs: 60_000, signal });
    await expect.poll(() => pidsIn(join(folder, 'begun'))).toHaveLength(1);
    controller.abort();
    expect(await running).toMatchObject({ exitCode: null, endedBy: 'cancelled' });
  });

  it('ends where it was cancelled while it was started', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const running = runner.run({ ...sh('sleep 60'), timeoutMs: 60_000, signal });
    controller.abort();
    expect(await running).toMatchObject({ exitCode: null, endedBy: 'cancelled' });
  });

  it('starts nothing once cancelled', async () => {
    const command = { ...sh('touch started'), signal: AbortSignal.abort() };
    expect((await runner.run(command)).endedBy).toBe('cancelled');
    await expect(readFile(join(folder, 'started'))).rejects.toThrow('ENOENT');
  });

  it('says that a signal ended it', async () => {
    expect(await runner.run(sh('kill -9 $$'))).toMatchObject({ exitCode: null, endedBy: 'signal' });
  });

  it('leaves no process behind after the exit', async () => {
    const result = await runner.run(sh('sleep 60 & echo $! > background'));
    expect(result.exitCode).toBe(0);
    expect(result.durationMs).toBeLessThan(5_000);
    await expectGone('background');
  });

  it('keeps the head and the tail of an output without end', async () => {
    const small = createCommandRunner({ environment, keptBytes: 2_000, logBytes: 1_000 });
    const logFile = join(folder, 'logs', 'out.log');
    const result = await small.run({ ...sh('seq 1 100000'), logFile });
    expect(result.truncated).toBe(true);
    expect(result.stdout.length).toBeLessThan(2_100);
    expect(result.stdout.startsWith('1\n2\n')).toBe(true);
    expect(result.stdout.endsWith('100000\n')).toBe(true);
    const log = await readFile(logFile, 'utf8');
    expect(log.length).toBeLessThan(1_100);
    expect(log).toContain('left out');
  });

  it('tells of output while the program runs', async () => {
    const seen: string[] = [];
    await runner.run({
      ...sh('echo first; until [ -e heard ]; do sleep 0.01; done; echo second'),
      onOutput: (text) => {
        seen.push(text);
        writeFileSync(join(folder, 'heard'), '');
      },
    });
    expect(seen).toEqual(['first\n', 'second\n']);
  });

  it('names a program that is not there, and what to do', async () => {
    const started = runner.run({ argv: ['no-such-program-x'], cwd: folder, timeoutMs: 1_000 });
    await expect(started).rejects.toBeInstanceOf(PortError);
    await expect(started).rejects.toThrow(/"no-such-program-x" could not be started/);
  });
});

async function expectGone(file: string): Promise<void> {
  const pids = pidsIn(join(folder, file));
  expect(pids).toHaveLength(1);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
}
