/**
 * S1, S6 and their kind, by Temporal's own interface: stand-alone activities, a workflow of somebody
 * else's, a run that was set back. Each looks at the servers for what it would have done, beside the
 * same call from the run that was pinned.
 */
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionInput } from '../../src/plan/run.ts';
import { bundleInterpreter, Harness } from '../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';

const { EventType } = proto.temporal.api.enums.v1;
const REQUEST = { environment: 'production', servers: ['app-server-1', 'app-server-2'] };
const STOP = 'service.stop@app-server-1';
const ATTACKERS_QUEUE = 'attackers';

let harness: Harness;
let attackers: Worker;
let attacking: Promise<void>;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), bundleInterpreter()]);
  harness = new Harness(env, bundle);
  attackers = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: ATTACKERS_QUEUE,
    workflowsPath: fileURLToPath(new URL('./attackers-workflow.ts', import.meta.url)),
  });
  attacking = attackers.run();
}, 60_000);

afterAll(async () => {
  attackers?.shutdown();
  await attacking;
  await harness?.close();
});

/** A run that has ended, and what its activities were told: anybody who reads histories has it. */
async function finishedRun(): Promise<{
  readonly world: StubWorld;
  readonly workflowId: string;
  readonly told: ActionInput;
}> {
  const world = stubWorld();
  const workflowId = await harness.with(world, async (start) => {
    const run = await start({ ...REQUEST, version: 'v2.1.0' });
    await run.until(({ approval }) => approval !== null);
    await run.handle.signal('approve', { by: 'alice' });
    expect((await run.end()).failure).toBeNull();
    return run.handle.workflowId;
  });
  const told = world.inputs.get(STOP);
  if (told === undefined) throw new Error('the run stopped nothing');
  world.calls.length = 0;
  return { world, workflowId, told };
}

/** The failure's type, of whatever depth. */
async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return String(Reflect.get(Object(cause), 'type'));
}

function attackAs(workflowId: string, activity: string, input: unknown): Promise<unknown> {
  return harness.env.client.workflow.execute('attack', {
    taskQueue: ATTACKERS_QUEUE,
    workflowId,
    args: [harness.taskQueue, activity, input],
  });
}

describe('S1 a worker', { timeout: 60_000 }, () => {
  it('S1 does nothing as a stand-alone activity, with a run’s own input or another', async () => {
    const { world, told } = await finishedRun();
    const settings = { argv: ['sh', '-c', 'id'], where: 'each-server' };
    for (const [index, [activity, input]] of (
      [
        ['service.stop', told],
        ['project.command', { ...told, settings }],
        [
          'service.restore',
          { ...told, before: { server: told.server, release: null, pool: 'ready' } },
        ],
        ['resolvePlan', { templateId: 'x', workflowId: 'x', requestId: 'x', inputs: [] }],
      ] as const
    ).entries()) {
      const attempt = harness.env.client.activity.execute(activity, {
        id: `alone-${index}-${activity}`,
        taskQueue: harness.taskQueue,
        args: [input],
        startToCloseTimeout: '10 seconds',
        retry: { maximumAttempts: 1 },
      });
      expect(await refusalOf(attempt), activity).toBe('FORGED_INPUT');
    }
    expect(world.names()).toEqual([]);
  });

  it.each([
    [
      'as it was, in an execution of another id',
      (told: ActionInput) => told,
      'another',
      'FORGED_INPUT',
    ],
    [
      'as it was, in another execution of the same id',
      (told: ActionInput) => told,
      'same',
      'RUN_WAS_RESET',
    ],
    [
      'with other settings',
      (told: ActionInput) => ({ ...told, settings: { graceSeconds: 0 } }),
      'same',
      'FORGED_INPUT',
    ],
    [
      'with another version',
      (told: ActionInput) => ({ ...told, run: { ...told.run, version: 'v9' } }),
      'same',
      'FORGED_INPUT',
    ],
    [
      'with other settings of the project',
      (told: ActionInput) => ({ ...told, project: { ...told.project, image: {} } }),
      'same',
      'FORGED_INPUT',
    ],
    [
      'without a seal',
      (told: ActionInput) => ({ ...told, seal: undefined }),
      'same',
      'FORGED_INPUT',
    ],
    [
      'with a seal of no known key',
      (told: ActionInput) => ({ ...told, seal: { ...told.seal, key: 'theirs' } }),
      'same',
      'SEAL_KEY_UNKNOWN',
    ],
  ] as const)(
    'S1 does nothing for a workflow of somebody else’s: %s',
    async (_name, forge, id, refusal) => {
      const { world, workflowId, told } = await finishedRun();
      const execution = id === 'same' ? workflowId : `theirs-${workflowId}`;
      expect(await refusalOf(attackAs(execution, 'service.stop', forge(told)))).toBe(refusal);
      expect(world.names()).toEqual([]);
    },
  );

  it('S1 does nothing for another activity that shows the seal of one', async () => {
    const { world, workflowId, told } = await finishedRun();
    const attempt = attackAs(workflowId, 'service.start', told);
    expect(await refusalOf(attempt)).toBe('FORGED_INPUT');
    expect(world.names()).toEqual([]);
  });

  it.each([
    'resolvePlan',
    'judgeDecision',
    'confirmImage',
    'findPendingApprovals',
    'lookAtLock',
    'breakLock',
    'beginWatch',
    'permitMove',
    'acknowledgeWatch',
    'moveServer',
  ])('S1 seals and judges nothing as an ordinary activity: %s', async (activity) => {
    const { world, workflowId, told } = await finishedRun();
    const input = { ...told, templateId: 'x', workflowId, requestId: 'x', inputs: [] };
    expect(await refusalOf(attackAs(workflowId, activity, input))).toBe('FORGED_INPUT');
    expect(world.names()).toEqual([]);
  });
});

describe('S6 a run that was reset', { timeout: 60_000 }, () => {
  /** Sets the run back to the workflow task after which it began to stop the service. */
  async function reset(workflowId: string, before: string): Promise<string> {
    const { client, namespace = 'default' } = harness.env;
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const all = events ?? [];
    const at = all.findIndex(
      ({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled?.activityType?.name === before,
    );
    const task = all
      .slice(0, at)
      .findLast(({ eventType }) => eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
    const answer = await client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      workflowTaskFinishEventId: task?.eventId ?? null,
      requestId: `reset-${workflowId}`,
      reason: 'a test',
    });
    return answer.runId;
  }

  it.each(['service.stop', 'probeServer', 'image.push'])(
    'S6 to before %s ends at once, and deploys nothing on the old approval',
    async (before) => {
      const { world, workflowId } = await finishedRun();
      const runId = await reset(workflowId, before);
      const handle = harness.env.client.workflow.getHandle(workflowId, runId);
      const error = await handle.result().then(
        () => null,
        (reason: unknown) => reason,
      );
      const failure = error instanceof WorkflowFailedError ? error.cause : error;
      expect(failure).toMatchObject({
        type: 'RUN_FAILED',
        details: [expect.objectContaining({ type: 'RUN_WAS_RESET', rollback: [] })],
      });
      expect(world.names()).toEqual([]);
    },
  );
});

describe('S5 a start', { timeout: 60_000 }, () => {
  it.each([
    [{}, []],
    [{ workflowExecutionTimeout: '14 seconds' }, ['--execution-timeout']],
    [{ workflowRunTimeout: '14 seconds' }, ['--run-timeout']],
    [{ retry: { maximumAttempts: 3 } }, ['retryPolicy']],
  ] as const)('S5 with %j tells whoever resolves it of %j', async (options, bounds) => {
    const asked: unknown[] = [];
    const world = stubWorld({
      resolve: (input) => {
        asked.push(input.bounds);
        throw broken('seen', 'BAD_REQUEST');
      },
    });
    await harness.with(world, async (start) => {
      const run = await start({ ...REQUEST, version: 'v2.1.0' }, { options });
      await expect.poll(() => asked.length).toBeGreaterThan(0);
      await run.handle.terminate('seen').catch(() => undefined);
    });
    expect(asked[0]).toEqual(bounds);
  });
});
