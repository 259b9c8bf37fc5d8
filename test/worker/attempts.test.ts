/** What a real server says of the attempts of others, and what it says late, or not at all. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { type Client, ServiceError } from '@temporalio/client';
import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/ports/attempts.ts';
import { createAttempts } from '../../src/worker/attempts.ts';
import { deferred } from '../support/deferred.ts';
import { createLocal } from '../support/temporal.ts';

const QUIET = new DefaultLogger('ERROR');

describe('the attempts of a run', () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await createLocal();
  }, 120_000);
  afterAll(() => env?.teardown());

  it('count while they are made, and neither after another one nor after the run', async () => {
    const workflowsPath = fileURLToPath(new URL('./fence-workflow.ts', import.meta.url));
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: QUIET });
    const attempts = createAttempts();
    const ended: number[] = [];
    attempts.whenEnded(({ attempt }) => void ended.push(attempt));
    const over = async (...asked: readonly Attempt[]): Promise<readonly Attempt[]> =>
      attempts.over(asked);
    const first = deferred<Attempt>();
    const judged = deferred<unknown>();
    const change = async (): Promise<string> => {
      const own = attempts.current();
      if (own === null) throw new Error('an activity is an attempt');
      if (own.attempt === 1) {
        first.resolve(own);
        expect(await over(own)).toEqual([]);
        throw new Error('try again');
      }
      expect(ended).toEqual([1]);
      const former = await first.promise;
      const stranger = { ...own, workflowId: 'unknown', runId: randomUUID() };
      const completed = { ...own, activityId: 'another' };
      expect(own).toEqual({ ...former, attempt: 2 });
      judged.resolve(await over(former, own, stranger, completed));
      return Context.current().info.activityId;
    };
    const taskQueue = randomUUID();
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle,
      activities: { change },
      interceptors: { activity: [attempts.interceptor] },
    });
    const own = await worker.runUntil(async () => {
      const options = { taskQueue, workflowId: taskQueue };
      await env.client.workflow.execute('changing', options);
      return first.promise;
    });
    expect(await judged.promise).toEqual([own, { ...own, attempt: 2, activityId: 'another' }]);
    expect(ended).toEqual([1, 2]);
    const context = { client: env.client, logger: QUIET };
    const asking = new MockActivityEnvironment({ heartbeatTimeoutMs: 1_000 }, context);
    expect(await asking.run(() => over({ ...own, attempt: 2 }))).toHaveLength(1);
  }, 60_000);
});

const SOMEBODY = { workflowId: 'run', runId: '1', activityId: '5', activity: 'start', attempt: 1 };

describe('a server', () => {
  /** Asked of one attempt by an activity. */
  function asked(describe: () => Promise<unknown>, patienceMs?: number): Promise<unknown> {
    const client = {
      workflow: { getHandle: () => ({ describe }) },
      withDeadline: (_deadline: number, ask: () => Promise<unknown>) => ask(),
      withAbortSignal: (_signal: AbortSignal, ask: () => Promise<unknown>) => ask(),
    } as unknown as Client;
    const activity = new MockActivityEnvironment(
      { heartbeatTimeoutMs: 500 },
      { client, logger: QUIET },
    );
    const attempts = createAttempts(patienceMs === undefined ? {} : { patienceMs });
    return activity.run(() => attempts.over([{ ...SOMEBODY, worker: 'w1' }]));
  }
  const failing = (code: number) =>
    new ServiceError('failed', {
      cause: Object.assign(new Error('failed'), { code, details: '', metadata: {} }),
    });

  it('that does not answer is asked again, for a while', async () => {
    let times = 0;
    const late = async (): Promise<unknown> => {
      times += 1;
      if (times < 3) throw failing(14);
      return { status: { name: 'RUNNING' }, raw: { pendingActivities: [] } };
    };
    expect(await asked(late)).toHaveLength(1);
    expect(times).toBe(3);
    await expect(asked(() => Promise.reject(failing(14)), 0)).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  it('that refuses to tell condemns nobody', async () => {
    const PERMISSION_DENIED = 7;
    expect(await asked(() => Promise.reject(failing(PERMISSION_DENIED)))).toEqual([]);
  });
});

it('are those of activities that tell that they live', async () => {
  const attempts = createAttempts();
  expect(attempts.current()).toBeNull();
  const silent = new MockActivityEnvironment({ heartbeatTimeoutMs: 0 }, { logger: QUIET });
  expect(await silent.run(async () => attempts.current())).toBeNull();
});
