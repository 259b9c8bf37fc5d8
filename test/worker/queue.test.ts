/** S13: a task queue is one project's, so that no project runs another one's releases. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf, projectOf, refuseOtherProjects } from '../../src/worker/queue.ts';
import { WorkerStartError } from '../../src/worker/start-error.ts';
import { untilPolled } from '../support/poller.ts';
import { bundleInterpreter } from '../support/run-harness.ts';
import { createLocal } from '../support/temporal.ts';

describe('S13 a worker', { timeout: 60_000 }, () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    env = await createLocal();
  }, 60_000);
  afterAll(() => env.teardown());

  /** What a worker of `service` is told while one with this identity polls the queue. */
  async function beside(identity: string, taskQueue: string, service: string): Promise<unknown> {
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      identity,
      workflowBundle: await bundleInterpreter(),
    });
    return worker.runUntil(async () => {
      await untilPolled(env, taskQueue);
      const queue = { namespace: 'default', taskQueue, kind: 'workflow', service } as const;
      return refuseOtherProjects(env.nativeConnection, queue).catch((error: unknown) => error);
    });
  }

  it('S13 of another project is refused, with whose the queue is', async () => {
    const refused = await beside(identityOf('shop'), 'shared', 'quotes');
    expect(refused).toBeInstanceOf(WorkerStartError);
    expect(refused).toMatchObject({ code: 'WRONG_PROJECT' });
    const text = (refused as WorkerStartError).in('en');
    expect(text).toContain('a worker of the project shop (runsheet/shop/');
    expect(text).toContain('polls the task queue shared');
    expect(text).toContain('task_queue in runsheet.yaml');
  });

  it('S13 of the same project joins the others', async () => {
    expect(await beside(identityOf('shop'), 'own', 'shop')).toBeUndefined();
  });

  it('S13 is let in beside what is none of ours', async () => {
    expect(await beside('4711@host', 'theirs', 'shop')).toBeUndefined();
  });
});

it('S13 an identity names its project', () => {
  expect(projectOf(identityOf('shipping-quotes'))).toBe('shipping-quotes');
  expect(identityOf('shop')).toMatch(/^runsheet\/shop\/\d+@./u);
  for (const other of ['', '4711@host', 'runsheet worker', 'runsheet//1@host', 'xrunsheet/a/1@h'])
    expect(projectOf(other), other).toBeNull();
});
