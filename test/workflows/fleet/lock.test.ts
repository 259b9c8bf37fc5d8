/**
 * S10, by Temporal's own interface: a lock belongs to the run that started it. Looks at whether two runs
 * of one environment change servers at the same time, and whether anybody can deploy at all.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockHeld } from '../../../src/workflows/fleet/lock-held.ts';
import { deferred } from '../../support/deferred.ts';
import { lockActivities, type RealLock, realLock } from '../../support/real-lock.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development', servers: ['app-server-1'] };
const ATTACKERS_QUEUE = 'attackers';

let harness: Harness;
let attackers: Worker;
let attacking: Promise<void>;
let local: RealLock;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
  local = realLock(harness);
  harness.lockActivities = local;
  attackers = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: ATTACKERS_QUEUE,
    workflowsPath: fileURLToPath(new URL('../attackers-workflow.ts', import.meta.url)),
  });
  attacking = attackers.run();
}, 60_000);

afterAll(async () => {
  attackers?.shutdown();
  await attacking;
  await harness?.close();
});

/** Runs of one service; the first stops in step 7 until it is let go. */
function contended(): {
  readonly world: StubWorld;
  readonly service: string;
  readonly lockId: string;
  readonly letGo: () => void;
} {
  const service = `contended-${randomUUID()}`;
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isFirst = true;
  const world = stubWorld({
    resolve: () => resolvedRun(DEVELOPMENT, { service }),
    before: async ({ name }) => {
      if (name !== 'service.stop' || !isFirst) return;
      isFirst = false;
      await held;
    },
  });
  Object.assign(world.activities, lockActivities(local));
  return { world, service, lockId: `runsheet-lock:${service}:development`, letGo };
}

const isStopping = ({ activity }: { readonly activity: string }): boolean =>
  activity.includes('停止应用服务');
const isWaiting = ({ activity }: { readonly activity: string }): boolean =>
  activity.includes('排队等待锁');

describe('S10 a lock', { timeout: 60_000 }, () => {
  it.each([
    [
      'whoever reaches the server',
      (lockId: string) => harness.env.client.workflow.getHandle(lockId).signal('release'),
    ],
    [
      "somebody else's workflow",
      (lockId: string) =>
        harness.env.client.workflow.execute('signalAs', {
          taskQueue: ATTACKERS_QUEUE,
          workflowId: `attack-${randomUUID()}`,
          args: [lockId, 'release'],
        }),
    ],
  ])('S10 is not released by %s, and by its holder it is', async (_who, attack) => {
    const { world, lockId, letGo } = contended();
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await one.until(isStopping);
      await attack(lockId);
      const two = await start(DEVELOPMENT);
      const waiting = await two.until(isWaiting);
      expect(waiting.activity).toContain(one.handle.workflowId);
      const lock = await harness.env.client.workflow.getHandle(lockId).describe();
      expect(lock.status.name).toBe('RUNNING');
      letGo();
      const [first, second] = [await one.end(), await two.end()];
      expect([first.failure, second.failure]).toEqual([null, null]);
      const stopped = second.status.steps[5]?.tasks[0]?.startedAtMs ?? 0;
      expect(stopped).toBeGreaterThanOrEqual(first.status.steps[8]?.finishedAtMs ?? Infinity);
    });
    const ended = await harness.env.client.workflow.getHandle(lockId).describe();
    expect(ended.status.name).toBe('COMPLETED');
  });

  it('is not waited for by a run that is to refuse: nothing is built, and it says who holds it', async () => {
    const { world, letGo, service } = contended();
    const resolve = () => ({ ...resolvedRun(DEVELOPMENT, { service }), lock: 'refuse' as const });
    const refusing = stubWorld({ resolve });
    Object.assign(refusing.activities, lockActivities(local));
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await one.until(isStopping);
      const { failure, status } = await harness.run(refusing, DEVELOPMENT);
      expect(failure?.type).toBe('RUN_FAILED');
      expect(status.failure).toMatchObject({ step: 1, type: 'LOCK_HELD' });
      expect(status.failure?.message).toContain(one.handle.workflowId);
      expect(refusing.names()).not.toContain('preflightServer@app-server-1');
      expect(refusing.names().some((each) => each.startsWith('pool.'))).toBe(false);
      letGo();
      expect((await one.end()).failure).toBeNull();
    });
    const free = await harness.run(refusing, DEVELOPMENT);
    expect(free.failure).toBeNull();
  });

  it('is not waited for either where another run has taken it since the first look', async () => {
    const { world, letGo, service } = contended();
    const atDrain = deferred();
    const reached = deferred();
    const refusing = stubWorld({
      resolve: () => ({ ...resolvedRun(DEVELOPMENT, { service }), lock: 'refuse' }),
      before: async ({ name }) => {
        if (name !== 'prefetchServer') return;
        reached.resolve();
        await atDrain.promise;
      },
    });
    Object.assign(refusing.activities, lockActivities(local));
    await harness.with(refusing, async (startRefusing) => {
      const two = await startRefusing(DEVELOPMENT);
      await reached.promise;
      await harness.with(world, async (start) => {
        const one = await start(DEVELOPMENT);
        await one.until(isStopping);
        atDrain.resolve();
        const { failure, status } = await two.end();
        expect(failure?.type).toBe('RUN_FAILED');
        expect(status.failure).toMatchObject({ step: 6, type: 'LOCK_HELD' });
        expect(status.rollback).toEqual([]);
        letGo();
        expect((await one.end()).failure).toBeNull();
      });
    });
  });

  it('is passed on to those that are queued first, and not to one that does not wait', () => {
    const ref = { service: 's', environment: 'e', language: 'en' };
    const look = { holder: null, heldSinceMs: null, ahead: 2 };
    const { type, message } = lockHeld(
      { ref } as Parameters<typeof lockHeld>[0],
      6,
      look as Parameters<typeof lockHeld>[2],
    );
    expect(`${type}: ${message}`).toContain('LOCK_HELD: 2 runs are queued for the lock of s/e');
  });

  it.each(['on the queue of this project', 'on a queue that nobody serves'])(
    'S10 that was started by hand %s keeps nobody from deploying',
    async (where) => {
      const { world, lockId, letGo } = contended();
      letGo();
      const taskQueue = where.includes('nobody') ? 'nobody-serves-this' : harness.taskQueue;
      const lock = await harness.env.client.workflow.start('environmentLock', {
        taskQueue,
        workflowId: lockId,
        args: [
          { service: 's', environment: 'development', holder: 'me', requestId: '', language: 'en' },
        ],
      });
      expect((await harness.run(world, DEVELOPMENT)).failure).toBeNull();
      const refused = await lock.result().then(
        () => null,
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(WorkflowFailedError);
      const cause = (refused as WorkflowFailedError).cause;
      if (where.includes('nobody')) expect(String(cause)).toContain('no open run holds it');
      else expect(cause).toMatchObject({ type: 'LOCK_NOT_YOURS' });
    },
  );
});
