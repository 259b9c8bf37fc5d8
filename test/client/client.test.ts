/** The typed client over a real dev server, with the interpreter and stub activities. */

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectRunsheet,
  NoAnswerError,
  NoTemporalServerError,
  RefusedError,
  type RunsheetClient,
} from '../../src/client.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { bundleInterpreter } from '../support/run-harness.ts';
import { stubBuildQueues, stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';

const TYPE = 'deployment_workflow_v1';
const QUEUE = 'client-test';
/** With nobody to take work from it. */
const EMPTY_QUEUE = 'client-test-empty';

let env: TestWorkflowEnvironment;
let workers: readonly Worker[];
let running: Promise<unknown>;
let client: RunsheetClient;

beforeAll(async () => {
  env = await createLocal();
  const common = {
    connection: env.nativeConnection,
    activities: stubWorld({ registered: false }).activities,
  };
  const workflowBundle = await bundleInterpreter();
  workers = await Promise.all([
    Worker.create({ ...common, taskQueue: QUEUE, workflowBundle }),
    ...stubBuildQueues(QUEUE).map((taskQueue) => Worker.create({ ...common, taskQueue })),
  ]);
  running = Promise.all(workers.map((each) => each.run()));
  client = await connectRunsheet({ address: env.address, namespace: 'default', environment: {} });
}, 120_000);

afterAll(async () => {
  await client.close();
  for (const each of workers) each.shutdown();
  await running;
  await env.teardown();
});

const start = (workflowId: string, environment = 'production', taskQueue = QUEUE) =>
  client.start({
    templateId: TYPE,
    taskQueue,
    workflowId,
    servers: 1,
    inputs: [{ environment, servers: ['app-server-1'], version: 'v2' }],
  });

async function until(
  workflowId: string,
  holds: (status: RunStatus) => boolean,
): Promise<RunStatus> {
  for await (const status of client.watch(workflowId)) if (holds(status)) return status;
  throw new Error('the run ended first');
}

const asks = ({ steps }: RunStatus): boolean => steps.some((step) => step.state === 'waiting');

describe('the client', { timeout: 60_000 }, () => {
  it('starts, watches to the end, and reads plan and report', async () => {
    await start('done', 'development');
    const seen: string[] = [];
    for await (const status of client.watch('done')) seen.push(status.outcome);
    expect(seen.at(-1)).toBe('succeeded');
    expect(await client.end('done')).toEqual({ failure: null });
    expect(await client.isOpen('done')).toBe(false);
    expect((await client.plan('done'))?.templateId).toBe(TYPE);
    expect(await client.report('done')).toContain('v2');
  });

  it('B18 the same run id twice is refused, open or ended', async () => {
    await start('once', 'development');
    const refused = { name: 'WorkflowExecutionAlreadyStartedError', workflowId: 'once' };
    await expect(start('once', 'development')).rejects.toMatchObject(refused);
    expect((await client.end('once')).failure).toBeNull();
    await expect(start('once', 'development')).rejects.toMatchObject(refused);
    await start('once-more', 'development');
    expect((await client.end('once-more')).failure).toBeNull();
  });

  it('decides with an answer, and the run goes on', async () => {
    await start('decided');
    await until('decided', asks);
    const judgement = await client.decide('decided', { kind: 'approve', by: 'alice' });
    expect(judgement.accepted).toBe(true);
    expect((await client.end('decided')).failure).toBeNull();
  });

  it('rejects by a signal, and says the end by its stable type', async () => {
    await start('rejected');
    await until('rejected', asks);
    await client.reject('rejected', { by: 'alice' });
    expect((await client.end('rejected')).failure?.type).toBe('RUN_REJECTED');
    expect((await client.status('rejected')).outcome).toBe('rejected');
  });

  it('cancels, and lists what is open and what is not', async () => {
    await start('cancelled');
    await until('cancelled', asks);
    const ids = async (openOnly: boolean) =>
      (await client.list(QUEUE, 50, openOnly)).map((each) => each.workflowId);
    await expect.poll(() => ids(true), { timeout: 10_000 }).toContain('cancelled');
    await client.cancel('cancelled');
    expect((await client.end('cancelled')).failure?.type).toBe('CancelledFailure');
    await expect.poll(() => ids(true), { timeout: 10_000 }).not.toContain('cancelled');
    await expect.poll(() => ids(false), { timeout: 10_000 }).toContain('cancelled');
    expect(await client.list(QUEUE, 1)).toHaveLength(1);
  });

  it('looks at a run with what its worker and what the server knows', async () => {
    await start('looked-at');
    await until('looked-at', asks);
    const { status, server } = await client.look('looked-at');
    expect(status?.outcome).toBe('running');
    expect(server.workers).toBe(1);
    expect(server.heardAtMs).toBeGreaterThan(server.startedAtMs);
    await client.cancel('looked-at');
  });

  it('hears a refusal by its code', async () => {
    await start('refused');
    await until('refused', asks);
    const resolving = client.resolve('refused', { action: 'retry', by: 'alice' });
    await expect(resolving).rejects.toBeInstanceOf(RefusedError);
    await expect(resolving).rejects.toMatchObject({ code: 'WRONG_STEP' });
    await client.cancel('refused');
  });

  it('ends a watch early, without error, when it is told to', async () => {
    await start('left');
    const stop = new AbortController();
    for await (const status of client.watch('left', { signal: stop.signal }))
      if (asks(status)) stop.abort();
    expect(await client.isOpen('left')).toBe(true);
    await client.cancel('left');
  });
});

describe('a run before its first workflow task', { timeout: 60_000 }, () => {
  const SHOWN = {
    summary: 'hello v2 → production',
    details: '**软件部署工作流模板**',
    attributes: { RunsheetService: 'hello', RunsheetVersion: 'v2' },
  };
  const later = (workflowId: string, shown = SHOWN, taskQueue = EMPTY_QUEUE) =>
    client.start({
      templateId: TYPE,
      taskQueue,
      workflowId,
      inputs: [{ environment: 'production', servers: ['app-server-1'], version: 'v2' }],
      servers: 1,
      shown,
      delayMs: 3_600_000,
    });
  const described = async (workflowId: string) => {
    const { workflowService } = env.connection;
    const found = await workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId },
    });
    const { summary, details } = found.executionConfig?.userMetadata ?? {};
    const fields = found.workflowExecutionInfo?.searchAttributes?.indexedFields ?? {};
    const text = (payload: typeof summary): string => String(Buffer.from(payload?.data ?? []));
    const names = Object.keys(fields).filter((name) => name.startsWith('Runsheet'));
    return { summary: text(summary), details: text(details), names: names.sort() };
  };

  it('has its summary and details, and no attribute that the server does not know', async () => {
    await later('shown');
    expect(await described('shown')).toEqual({
      summary: '"hello v2 → production"',
      details: '"**软件部署工作流模板**"',
      names: [],
    });
  });

  it('has its attributes where the server knows them', async () => {
    const KEYWORD = 2;
    await env.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { RunsheetService: KEYWORD, RunsheetVersion: KEYWORD },
    });
    await expect
      .poll(
        async () => {
          await later(`attributed-${Date.now()}`);
          const [latest] = await client.list(EMPTY_QUEUE, 1);
          return latest === undefined ? [] : (await described(latest.workflowId)).names;
        },
        { timeout: 20_000, interval: 500 },
      )
      .toEqual(['RunsheetService', 'RunsheetVersion']);
  });

  it('that begins later says so, whatever it is asked, and is cancelled at once', async () => {
    await later('later', SHOWN, QUEUE);
    const beginsAtMs = await client.beginsAtMs('later');
    expect(beginsAtMs).toBeGreaterThan(Date.now() + 3_000_000);
    await expect(client.status('later')).rejects.toMatchObject({ beginsAtMs });
    await expect
      .poll(async () => (await client.list(QUEUE, 1))[0], { timeout: 10_000 })
      .toMatchObject({ workflowId: 'later', beginsAtMs });
    await client.cancel('later');
    expect((await client.end('later')).failure?.type).toBe('CancelledFailure');
    expect(await client.beginsAtMs('later')).toBeNull();
    expect((await client.status('later')).outcome).toBe('cancelled');
  });

  it('that has begun has not been running since its start', async () => {
    const startedMs = Date.now();
    await client.start({
      templateId: TYPE,
      taskQueue: QUEUE,
      workflowId: 'begun',
      inputs: [{ environment: 'development', servers: ['app-server-1'], version: 'v2' }],
      servers: 1,
      delayMs: 1_500,
    });
    expect((await client.end('begun')).failure).toBeNull();
    expect(await client.beginsAtMs('begun')).toBeNull();
    const { startedAtMs, finishedAtMs } = await client.status('begun');
    expect(startedAtMs).toBeGreaterThanOrEqual(startedMs + 1_000);
    expect(finishedAtMs).toBeGreaterThanOrEqual(startedAtMs);
  });
});

describe('without a worker', { timeout: 60_000 }, () => {
  it('counts none on the queue and one where one polls', async () => {
    expect(await client.describeWorkers(EMPTY_QUEUE)).toBe(0);
    expect(await client.describeWorkers(QUEUE)).toBeGreaterThan(0);
  });

  it('a question is given up within ten seconds', async () => {
    await start('silent', 'production', EMPTY_QUEUE);
    const startedMs = Date.now();
    await expect(client.status('silent')).rejects.toBeInstanceOf(NoAnswerError);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  });

  it('the server tells within two seconds what it knows of the run', async () => {
    const startedMs = Date.now();
    const { status, server } = await client.look('silent');
    expect(Date.now() - startedMs).toBeLessThan(2_000);
    expect(status).toBeNull();
    expect(server).toMatchObject({
      status: 'RUNNING',
      workers: 0,
      activities: [],
      cancelRequested: false,
      heardAtMs: null,
    });
  });

  it('a decision is given up within ten seconds', async () => {
    const startedMs = Date.now();
    const deciding = client.decide('silent', { kind: 'approve', by: 'alice' });
    await expect(deciding).rejects.toBeInstanceOf(NoAnswerError);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  });

  it('a watch tells for how long nobody has answered', async () => {
    const stop = new AbortController();
    const silences: number[] = [];
    const onSilence = (silentMs: number): void => {
      silences.push(silentMs);
      stop.abort();
    };
    for await (const status of client.watch('silent', { signal: stop.signal, onSilence }))
      throw new Error(status.outcome);
    expect(silences.length).toBe(1);
  });

  it('no server is said within ten seconds', async () => {
    const startedMs = Date.now();
    const connecting = connectRunsheet({
      address: '127.0.0.1:1',
      namespace: 'default',
      environment: {},
    });
    await expect(connecting).rejects.toBeInstanceOf(NoTemporalServerError);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  });
});
