/** How following a run and asking about one can end, as the built program over a run that is held. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deferred, deferred } from '../support/deferred.ts';
import { lockActivities, realLock } from '../support/real-lock.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { countedInterpreter, Harness, type Started } from '../support/run-harness.ts';
import { type StubWorld, stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';
import { atTerminal, bareEnvironment, newProject } from './support/program.ts';

const DEVELOPMENT = { environment: 'development' };
const REQUEST = ['environment=development', 'servers=dev-server-1', 'version=v1.0.0'];

let harness: Harness;
let project: ReturnType<typeof newProject>;
beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
  project = newProject();
  const file = join(project.folder, 'runsheet.yaml');
  const queue = `task_queue: ${harness.taskQueue}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace('task_queue: runsheet', queue));
}, 120_000);
afterAll(async () => {
  await harness?.close();
  project.remove();
});

const environment = () => ({
  ...bareEnvironment(),
  PATH: project.PATH,
  TEMPORAL_ADDRESS: harness.env.address,
});

/** A world whose runs wait in step 6 until they are let go. */
function heldWorld(): StubWorld & { readonly held: Deferred<void> } {
  const held = deferred();
  const service = `held-${randomUUID()}`;
  const world = stubWorld({
    resolve: () => resolvedRun(DEVELOPMENT, { service, language: 'en' }),
    before: async ({ name }) => {
      if (name === 'service.stop') await held.promise;
    },
  });
  return Object.assign(world, { held });
}

interface Following {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly said: { stdout: string; stderr: string };
  /** Once it has printed this. */
  until(text: string): Promise<void>;
  /** Its exit code. */
  end(): Promise<number | null>;
}

function watch(run: string): Following {
  const child = spawn(
    join(project.folder, '.bin', 'runsheet'),
    ['status', run, '--watch', '--lang', 'en'],
    {
      cwd: project.folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    said,
    async until(text) {
      while (!said.stdout.includes(text)) {
        const ended = await Promise.race([once(child.stdout, 'data'), closed]);
        if (!Array.isArray(ended)) throw new Error(`ended: ${said.stdout}${said.stderr}`);
      }
    },
    end: () => closed,
  };
}

/** A run that is held in step 6, and its follower. */
async function following<T>(
  body: (run: Started, follower: Following, world: ReturnType<typeof heldWorld>) => Promise<T>,
): Promise<T> {
  const world = heldWorld();
  return harness.with(world, async (start) => {
    const run = await start(DEVELOPMENT);
    const follower = watch(run.handle.workflowId);
    try {
      await run.until((each) => each.steps[5]?.state === 'running');
      await follower.until('6. ');
      return await body(run, follower, world);
    } finally {
      follower.child.kill('SIGKILL');
      world.held.resolve();
      await run.end();
    }
  });
}

describe('following a run', { timeout: 60_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at %s with %i; the run goes on', async (signal, code) => {
    await following(async (run, follower) => {
      follower.child.kill(signal);
      expect(await follower.end()).toBe(code);
      const { workflowId } = run.handle;
      expect(follower.said.stderr).toContain(`runsheet status ${workflowId} --watch`);
      expect((await run.status()).outcome).toBe('running');
    });
  });

  it('ends with 141 where nobody reads any more; the run goes on', async () => {
    await following(async (run, follower, world) => {
      follower.child.stdout.destroy();
      world.held.resolve();
      expect(await follower.end()).toBe(141);
      expect(follower.said.stderr).toBe('');
      expect((await run.end()).failure).toBeNull();
    });
  });
});

describe('a run that is queued', { timeout: 60_000 }, () => {
  it('shows live whom it waits for, since when, and what to do', async () => {
    const world = heldWorld();
    Object.assign(world.activities, lockActivities(realLock(harness)));
    await harness.with(world, async (start) => {
      const holder = await start(DEVELOPMENT);
      await holder.until((each) => each.steps[5]?.state === 'running');
      const waiter = await start(DEVELOPMENT);
      const { workflowId } = waiter.handle;
      const follower = watch(workflowId);
      await follower.until('queued since ');
      const { lockWait } = await waiter.until((each) => each.lockWait !== undefined);
      expect(lockWait?.sinceMs).toBeGreaterThan(0);
      expect(follower.said.stdout).toContain(new Date(lockWait?.sinceMs ?? 0).toISOString());
      await follower.until(`runsheet status ${holder.handle.workflowId}`);
      await follower.until(`to stop waiting: runsheet cancel ${workflowId}`);
      world.held.resolve();
      await follower.until('no longer queued');
      expect(await follower.end()).toBe(0);
      expect((await waiter.status()).lockWait).toBeUndefined();
      expect((await holder.end()).failure).toBeNull();
    });
  });
});

describe('the question of run', { timeout: 60_000 }, () => {
  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['no', 'n', 4],
  ])('%s starts nothing', async (_what, keys, code) => {
    await harness.with(stubWorld(), async () => {
      const parameters = REQUEST.flatMap((each) => ['-p', each]);
      const ended = await atTerminal(
        ['run', 'deployment.en.md', ...parameters, '--id', `asked-${code}`, '--lang', 'en'],
        { to: 'Run this plan?', keys },
        { cwd: project.folder, env: environment() },
      );
      expect(ended.code, ended.stdout).toBe(code);
      expect(ended.stdout).toContain('nothing was started');
      const started = harness.env.client.workflow.getHandle(`asked-${code}`).describe();
      await expect(started).rejects.toThrow(/not found/u);
    });
  });
});
