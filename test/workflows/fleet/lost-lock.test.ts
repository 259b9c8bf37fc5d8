/**
 * A lock that ends while its run changes servers, on a real server: what was in progress is cancelled,
 * nothing is begun, and no server is changed by two runs.
 */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACTIONS } from '../../../src/actions/index.ts';
import { listLocks } from '../../../src/worker/locks.ts';
import { lockActivities, type RealLock, realLock } from '../../support/real-lock.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness, type Started } from '../../support/run-harness.ts';
import { type StubCall, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

const TWO = ['app-server-1', 'app-server-2'];
const DEVELOPMENT = { environment: 'development', servers: TWO };

let harness: Harness;
let local: RealLock;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
  local = realLock(harness);
  harness.lockActivities = local;
}, 120_000);

afterAll(async () => {
  await harness?.close();
});

interface Change {
  readonly run: string;
  readonly what: string;
}

interface Stage {
  readonly world: StubWorld;
  readonly lockId: string;
  /** What runs have done to servers, in that order: the servers' own log. */
  readonly log: Change[];
  /** Comes when the first run has begun the action that it stops in. */
  readonly stopped: Promise<void>;
}

const CHANGES = (name: string): boolean =>
  Object.values(ACTIONS).some(
    ({ id, compensation }) => id === name && compensation !== undefined,
  ) ||
  name.startsWith('restore.') ||
  name.startsWith('pool.');

/** The first run that begins `action` on the first server stays in it until it is cancelled. */
function stage(action: string): Stage {
  const service = `lost-${randomUUID()}`;
  const log: Change[] = [];
  let isFirst = true;
  let tell: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const before = async ({ name, server }: StubCall): Promise<void> => {
    const context = Context.current();
    const run = context.info.workflowExecution?.workflowId ?? '';
    if (server !== null && CHANGES(name)) log.push({ run, what: `${name}@${server}` });
    if (name !== action || server !== TWO[0] || !isFirst) return;
    isFirst = false;
    tell();
    const beat = setInterval(() => context.heartbeat(), 50);
    await context.cancelled.finally(() => clearInterval(beat));
  };
  const world = stubWorld({ resolve: () => resolvedRun(DEVELOPMENT, { service }), before });
  Object.assign(world.activities, lockActivities(local));
  return { world, lockId: `runsheet-lock:${service}:development`, log, stopped };
}

function terminate(lockId: string): Promise<unknown> {
  return harness.env.client.workflow.getHandle(lockId).terminate('by a stranger');
}

/** The runs that a log names, each time that it changes. */
function turns(log: readonly Change[]): readonly string[] {
  return log.map(({ run }) => run).filter((run, index, all) => run !== all[index - 1]);
}

const isQueued = ({ lockWait }: Awaited<ReturnType<Started['status']>>): boolean =>
  lockWait !== undefined;

describe('S10 a lock that is terminated', { timeout: 120_000 }, () => {
  it.each([
    ['step 6', 'pool.drain'],
    ['step 7', 'service.start'],
    ['step 9', 'pool.enable'],
  ])('S10 in %s is claimed again before anything more is changed', async (_step, action) => {
    const { world, lockId, log, stopped } = stage(action);
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await stopped;
      const two = await start(DEVELOPMENT);
      await two.until(isQueued);
      await terminate(lockId);
      const [first, second] = [await one.end(), await two.end()];
      expect([first.failure, second.failure]).toEqual([null, null]);
      expect(first.status.warnings.join('\n')).toContain('锁已重新取得');
      expect(second.status.warnings.join('\n')).not.toContain('锁');
      expect(turns(log)).toEqual([one.handle.workflowId, two.handle.workflowId]);
    });
    expect(log.filter(({ what }) => what === `${action}@${TWO[0]}`)).toHaveLength(3);
  });

  it('S10 changes nothing more where somebody else has deployed, and restores nothing over it', async () => {
    const { world, lockId, log, stopped } = stage('service.start');
    const ended = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      await run.until(({ servers }) => servers[1]?.version === 'v2.1.0');
      world.servers.set('app-server-2', { version: 'v9.9.9', pool: 'ready' });
      log.splice(0);
      await terminate(lockId);
      return run.end();
    });
    expect(ended.failure).toMatchObject({ type: 'RUN_ROLLED_BACK' });
    expect(ended.status.failure).toMatchObject({ type: 'LOCK_LOST' });
    expect(ended.status.warnings.join()).toContain('不等待人工决定');
    expect(world.asked).toEqual([]);
    expect(ended.failure?.message).toContain('app-server-2');
    expect(ended.failure?.message).toContain('v9.9.9');
    expect(world.servers.get('app-server-2')).toMatchObject({ version: 'v9.9.9', pool: 'ready' });
    expect(world.servers.get('app-server-1')).toMatchObject({ version: 'v2.0.0', pool: 'ready' });
    expect(log.filter(({ what }) => what.endsWith('app-server-2'))).toEqual([]);
  });

  it('S10 is cancelled by nobody', async () => {
    const { world, lockId, stopped } = stage('service.start');
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      const lock = harness.env.client.workflow.getHandle(lockId);
      await lock.cancel();
      await lock.signal('release');
      const next = await start(DEVELOPMENT);
      await next.until(isQueued);
      expect((await lock.describe()).status.name).toBe('RUNNING');
      await run.handle.cancel();
      expect((await run.end()).failure?.type).toBe('CancelledFailure');
      expect((await next.end()).failure).toBeNull();
      expect(run.handle.workflowId).not.toBe(next.handle.workflowId);
    });
  });
});

describe('S10 the holder', { timeout: 120_000 }, () => {
  it('S10 that is reset loses the lock to the next run, and changes nothing beside it', async () => {
    const { world, log, stopped } = stage('service.start');
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await stopped;
      const two = await start(DEVELOPMENT);
      await two.until(isQueued);
      await reset(one);
      const second = await two.end();
      expect(second.status.failure?.type).toBe('DIRTY_ENVIRONMENT');
      expect(turns(log)).toEqual([one.handle.workflowId]);
      const anew = harness.env.client.workflow.getHandle(one.handle.workflowId).result();
      await expect(anew).rejects.toBeInstanceOf(WorkflowFailedError);
    });
  });

  it('S10 that is terminated leaves it to nobody but a repair', async () => {
    const { world, log, stopped } = stage('service.start');
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await stopped;
      const two = await start(DEVELOPMENT);
      await two.until(isQueued);
      await one.handle.terminate('gone');
      const { failure, status } = await two.end();
      expect(failure?.type).toBe('RUN_FAILED');
      expect(status.failure?.type).toBe('DIRTY_ENVIRONMENT');
      expect(turns(log)).toEqual([one.handle.workflowId]);
    });
  });
});

/** To the last workflow task that is completed. */
async function reset(run: Started): Promise<void> {
  const { events } = await run.handle.fetchHistory();
  const task = events?.findLast(
    (event) =>
      event.workflowTaskCompletedEventAttributes !== null &&
      event.workflowTaskCompletedEventAttributes !== undefined,
  );
  await harness.env.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: run.handle.workflowId },
    workflowTaskFinishEventId: task?.eventId ?? null,
    requestId: randomUUID(),
    reason: 'test',
  });
}

/** As the server has it. */
async function queueOf(lockId: string): Promise<readonly string[]> {
  const { connection } = harness.env;
  const locks = await listLocks({ connection, namespace: 'default' }, harness.taskQueue);
  const lock = locks.find(({ service, environment }) =>
    lockId.endsWith(`:${service}:${environment}`),
  );
  return lock?.waiting ?? [];
}

describe('S10 runs that wait', { timeout: 120_000 }, () => {
  it('S10 have the lock in the order of their arrival, whoever dies meanwhile', async () => {
    const { world, lockId, log, stopped } = stage('service.start');
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await stopped;
      const runs = await Promise.all([1, 2, 3, 4].map(() => start(DEVELOPMENT)));
      await vi.waitUntil(async () => (await queueOf(lockId)).length === 4, { timeout: 40_000 });
      const queue = await queueOf(lockId);
      const [two, three, four, five] = queue.map((id) =>
        runs.find(({ handle }) => handle.workflowId === id),
      );
      await three?.handle.terminate('it dies');
      await four?.handle.cancel();
      expect((await four?.end())?.failure?.type).toBe('CancelledFailure');
      expect(await queueOf(lockId)).toEqual([queue[0], queue[1], queue[3]]);
      await one.handle.cancel();
      for (const each of [one, two, five]) await each?.end();
      expect(turns(log)).toEqual([one.handle.workflowId, queue[0], queue[3]]);
    });
  });

  it.each([1, 2, 3])('S10 at the same instant: one holds, the other is next (%i)', async () => {
    const { world, log } = stage('nothing');
    await harness.with(world, async (start) => {
      const runs = await Promise.all([start(DEVELOPMENT), start(DEVELOPMENT)]);
      const ended = await Promise.all(runs.map((run) => run.end()));
      expect(ended.map(({ failure }) => failure)).toEqual([null, null]);
    });
    expect(turns(log)).toHaveLength(2);
  });
});
