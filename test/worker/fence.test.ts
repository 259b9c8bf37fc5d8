/** Whether an attempt still counts, as a real server says it; what it says late, or not at all. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beat } from '../../src/activities/context.ts';
import { PortError } from '../../src/ports/port-error.ts';
import { createFence } from '../../src/worker/fence.ts';
import { deferred } from '../support/deferred.ts';
import { createLocal } from '../support/temporal.ts';

const QUIET = new DefaultLogger('ERROR');

let env: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('./fence-workflow.ts', import.meta.url));
  [env, workflowBundle] = await Promise.all([
    createLocal(),
    bundleWorkflowCode({ workflowsPath, logger: QUIET }),
  ]);
}, 120_000);
afterAll(() => env?.teardown());

/** Starts a run of the activity on a worker of its own. */
async function withRun<T>(
  change: () => Promise<string>,
  work: (run: { readonly end: Promise<string>; terminate(): Promise<unknown> }) => Promise<T>,
): Promise<T> {
  const taskQueue = randomUUID();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: { change },
    // The activity alone says when it beats.
    maxHeartbeatThrottleInterval: 50,
    defaultHeartbeatThrottleInterval: 50,
  });
  return worker.runUntil(async () => {
    const handle = await env.client.workflow.start('changing', {
      taskQueue,
      workflowId: taskQueue,
    });
    const end: Promise<string> = handle.result();
    end.catch(() => undefined);
    return work({ end, terminate: () => handle.terminate() });
  });
}

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('the fence of a server', () => {
  it('keeps out an attempt that stood still while another one took over', async () => {
    const fence = createFence();
    const thaw = deferred();
    const refused = deferred<unknown>();
    const changed: number[] = [];
    let inherited: unknown;
    const change = async (): Promise<string> => {
      const { attempt, heartbeatDetails } = Context.current().info;
      await fence('web-1');
      changed.push(attempt);
      if (attempt === 1) {
        beat(Context.current(), { waitedMs: 7 });
        await sleep(0);
        // What the heartbeat before told stays.
        await fence('web-1');
        await thaw.promise;
        refused.resolve(await refusalOf(fence('web-1')));
        return 'by the one that was frozen';
      }
      inherited = heartbeatDetails;
      thaw.resolve();
      const context = Context.current();
      const alive = setInterval(() => beat(context), 100);
      await refused.promise.finally(() => clearInterval(alive));
      await fence('web-1');
      changed.push(attempt);
      return 'by the one that took over';
    };
    await withRun(change, async ({ end }) => {
      expect(await end).toBe('by the one that took over');
    });
    expect(changed).toEqual([1, 2, 2]);
    expect(inherited).toEqual({ waitedMs: 7 });
    const error = await refused.promise;
    expect(error).toBeInstanceOf(PortError);
    expect(error).toMatchObject({
      kind: 'conflict',
      subject: 'web-1',
      message: expect.stringMatching(
        /^TAKEN_OVER: web-1 is not changed any more: attempt 1 of change has been taken over by attempt 2 of .+@/u,
      ),
      zh: { message: expect.stringContaining('第 2 次尝试接手') },
    });
  }, 60_000);

  it('keeps out what goes on after its run has ended', async () => {
    const fence = createFence();
    const begun = deferred();
    const ended = deferred();
    const refused = deferred<unknown>();
    const change = async (): Promise<string> => {
      await fence('web-1');
      begun.resolve();
      await ended.promise;
      // The answer of before holds for a while.
      await expect.poll(() => refusalOf(fence('web-1')), { timeout: 5_000 }).not.toBeNull();
      refused.resolve(await refusalOf(fence('web-1')));
      return '';
    };
    await withRun(change, async ({ end, terminate }) => {
      await begun.promise;
      await terminate();
      await expect(end).rejects.toBeInstanceOf(WorkflowFailedError);
      ended.resolve();
      expect(await refused.promise).toMatchObject({
        message: 'TAKEN_OVER: web-1 is not changed any more: attempt 1 of change is over.',
      });
    });
  }, 60_000);

  it('lets pass who is no activity', async () => {
    await expect(createFence()('web-1')).resolves.toBeUndefined();
  });
});

describe('an answer', () => {
  const HEARTBEAT_MS = 500;

  /** An activity whose server answers as it is told. */
  function within<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    const client = {
      activity: { heartbeat },
      withDeadline: (_deadline: number, ask: () => Promise<unknown>) => ask(),
      withAbortSignal: (_signal: AbortSignal, ask: () => Promise<unknown>) => ask(),
    } as unknown as Client;
    const activity = new MockActivityEnvironment(
      { heartbeatTimeoutMs: HEARTBEAT_MS },
      { client, logger: QUIET },
    );
    return activity.run(work);
  }

  it('holds for a fifth of the heartbeat timeout, and is shared', async () => {
    const fence = createFence();
    let asked = 0;
    const heartbeat = (): Promise<void> => {
      asked += 1;
      return Promise.resolve();
    };
    await within(heartbeat, async () => {
      await Promise.all([fence('web-1'), fence('web-2'), fence('web-1')]);
      expect(asked).toBe(1);
      // The time is what is tested.
      await sleep(HEARTBEAT_MS / 5 + 1);
      await fence('web-1');
      expect(asked).toBe(2);
    });
  });

  it('that took longer than it holds is asked for once more', async () => {
    const fence = createFence();
    let asked = 0;
    const heartbeat = async (): Promise<void> => {
      asked += 1;
      if (asked === 1) await sleep(HEARTBEAT_MS / 5 + 1);
    };
    await within(heartbeat, () => fence('web-1'));
    expect(asked).toBe(2);
  });

  it('is waited for', async () => {
    const fence = createFence();
    let asked = 0;
    const heartbeat = async (): Promise<void> => {
      asked += 1;
      if (asked < 3) throw new Error('14 UNAVAILABLE');
    };
    await within(heartbeat, () => fence('web-1'));
    expect(asked).toBe(3);
  });

  it('that does not come lets nobody pass', async () => {
    const fence = createFence({ patienceMs: 0 });
    const heartbeat = (): Promise<void> => Promise.reject(new Error('14 UNAVAILABLE'));
    const error = await refusalOf(within(heartbeat, () => fence('web-1')));
    expect(error).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('web-1 is not changed'),
    });
  });

  it('is not needed by what sends no heartbeats', async () => {
    const fence = createFence();
    const activity = new MockActivityEnvironment({ heartbeatTimeoutMs: 0 });
    await expect(activity.run(() => fence('web-1'))).resolves.toBeUndefined();
  });
});
