import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupIsAlive } from '../../src/embedded/process-group.ts';
import { startWorkerProcess, type WorkerEvent } from '../../src/embedded/worker-process.ts';

let folder: string;
let entry: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-worker-'));
  entry = join(folder, 'worker.mjs');
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

/** A program that says that it is ready, as the worker does, with a child that must not outlive it. */
async function writeWorker(before = ''): Promise<void> {
  await writeFile(
    entry,
    `import { spawn } from 'node:child_process';
${before}
const child = spawn('sleep', ['60'], { stdio: 'ignore' });
process.stdout.write('starting\\n' + JSON.stringify({ event: 'ready', child: child.pid, cwd: process.cwd() }) + '\\n');
setInterval(() => undefined, 1000);
`,
  );
}

describe('startWorkerProcess', () => {
  it('runs in the project folder, keeps a log, and ends with everything it had started', async () => {
    await writeWorker();
    const worker = await startWorkerProcess({ projectFolder: folder, env: process.env, entry });
    const pid = worker.pid() ?? 0;
    expect(groupIsAlive(pid)).toBe(true);
    await worker.close();
    expect(groupIsAlive(pid)).toBe(false);
    const log = await readFile(join(folder, '.runsheet', 'worker.log'), 'utf8');
    expect(log).toContain('starting');
    expect(log).toContain(`"cwd":${JSON.stringify(folder)}`);
  });

  it('starts a worker again that was killed, and ends what the killed one had started', async () => {
    await writeWorker();
    const events: WorkerEvent[] = [];
    const worker = await startWorkerProcess({
      projectFolder: folder,
      env: process.env,
      entry,
      onEvent: (event) => events.push(event),
    });
    const first = worker.pid() ?? 0;
    await worker.kill();
    await worker.ready();
    const second = worker.pid() ?? 0;
    expect(second).not.toBe(first);
    expect(events.map(({ kind }) => kind)).toEqual(['ready', 'died', 'ready']);
    await expect.poll(() => groupIsAlive(first)).toBe(false);
    await worker.close();
    expect(groupIsAlive(second)).toBe(false);
  });

  it('leaves a killed worker dead where told so, until it is started', async () => {
    await writeWorker();
    const worker = await startWorkerProcess({
      projectFolder: folder,
      env: process.env,
      entry,
      restart: false,
    });
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    await worker.kill();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(worker.pid()).toBeNull();
    await worker.start();
    expect(worker.pid()).not.toBeNull();
    await worker.close();
  });

  it('says why a worker did not get ready, with the end of its log', async () => {
    await writeWorker("process.stderr.write('the project file is wrong\\n'); process.exit(2);");
    const started = startWorkerProcess({ projectFolder: folder, env: process.env, entry });
    await expect(started).rejects.toMatchObject({ code: 'NO_WORKER' });
    await expect(started).rejects.toThrow(
      /exit code 2[\s\S]*the project file is wrong[\s\S]*worker\.log/,
    );
  });
});
