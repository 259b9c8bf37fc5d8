/** Until somebody else's workflow has ended, or nobody wants to know any more, as a real server says it. */
import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '../../src/activities/contract.ts';
import { closed } from '../../src/worker/closed.ts';
import { createLocal } from '../support/temporal.ts';

const OPEN = 'open';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await createLocal();
}, 120_000);
afterAll(() => env?.teardown());

/** Nobody polls its queue: it stays open until it is ended from outside. */
async function started(): Promise<Execution> {
  const workflowId = randomUUID();
  const options = { taskQueue: workflowId, workflowId };
  const { firstExecutionRunId: runId } = await env.client.workflow.start('nobody', options);
  return { workflowId, runId };
}

function waiting(execution: Execution, signal = new AbortController().signal): Promise<string> {
  const server = { connection: env.nativeConnection, namespace: 'default' };
  return closed(server, execution, signal).then(
    () => 'closed',
    (error: unknown) => String(error),
  );
}

const orOpen = (work: Promise<string>): Promise<string> =>
  Promise.race([work, new Promise<string>((resolve) => setTimeout(resolve, 1_000, OPEN))]);

describe('the end of an execution', { timeout: 60_000 }, () => {
  it('is waited for', async () => {
    const execution = await started();
    const wait = waiting(execution);
    expect(await orOpen(wait)).toBe(OPEN);
    await env.client.workflow.getHandle(execution.workflowId).terminate('it ends');
    expect(await wait).toBe('closed');
    expect(await waiting(execution)).toBe('closed');
  });

  it('is that of this one, whatever was started after it', async () => {
    const first = await started();
    const { workflowId } = first;
    await env.client.workflow.getHandle(workflowId).terminate('it ends');
    await env.client.workflow.start('nobody', { taskQueue: workflowId, workflowId });
    expect(await waiting(first)).toBe('closed');
  });

  it('is not waited for by whoever has gone: a connection of a worker cannot cancel its request', async () => {
    const execution = await started();
    const gone = new AbortController();
    const wait = waiting(execution, gone.signal);
    expect(await orOpen(wait)).toBe(OPEN);
    gone.abort(new Error('gone'));
    expect(await wait).toBe('Error: gone');
    expect(await waiting(execution, gone.signal)).toBe('Error: gone');
  });

  it('has come where nothing is known of it', async () => {
    const { workflowId } = await started();
    expect(await waiting({ workflowId, runId: randomUUID() })).toBe('closed');
  });
});
