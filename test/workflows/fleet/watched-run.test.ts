/** a run that is ended while it changes servers, on a real server: who is told, and of which run not. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionPolicy } from '../../../src/activities/local/index.ts';
import { isLeftInTheMiddle } from '../../../src/activities/watch/dead-run.ts';
import { createWatchActivities } from '../../../src/activities/watch/index.ts';
import { createMemoryArtifactStore } from '../../../src/adapters/artifacts/memory-artifact-store.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import {
  createFakeNotifier,
  type FakeNotifier,
} from '../../../src/adapters/webhook/fake-notifier.ts';
import type { AckedWatch } from '../../../src/plan/watched-run.ts';
import { createTemporalAccess } from '../../../src/worker/temporal-access.ts';
import { deferred } from '../../support/deferred.ts';
import { lockActivities, type RealLock, realLock } from '../../support/real-lock.ts';
import { repairing } from '../../support/repairing.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import {
  countedInterpreter,
  Harness,
  type Started,
  type StartRun,
} from '../../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

const TWO = ['app-server-1', 'app-server-2'];
const DEVELOPMENT = { environment: 'development', servers: TWO };
const POLICY: DecisionPolicy = {
  roles: { ops: { names: ['运维负责人'] } },
  people: { alice: { name: 'Alice', roles: ['ops'], email: 'alice@example.com' } },
  allowSelfApproval: false,
  operators: { development: ['ops'] },
};

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

interface Stage {
  readonly world: StubWorld;
  readonly webhook: FakeNotifier;
  readonly place: { readonly service: string; readonly environment: string };
  /** Comes when the first run has begun to start the first server, and stays in that until it is cancelled. */
  readonly stopped: Promise<void>;
  /** What the runs are that begin from now on. */
  readonly next: { repairs: boolean };
}

function stage({ holds = true, fails = false } = {}): Stage {
  const service = `watched-${randomUUID()}`;
  const resolved = resolvedRun(DEVELOPMENT, { service, language: 'en' });
  const next = { repairs: false };
  const stopped = deferred();
  let isFirst = holds;
  const world = stubWorld({
    resolve: () => (next.repairs ? repairing(resolved) : resolved),
    before: async ({ name, server }) => {
      if (name !== 'service.start' || server !== TWO[0]) return;
      if (fails) throw broken('it does not start');
      if (!isFirst) return;
      isFirst = false;
      stopped.resolve();
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 50);
      await context.cancelled.finally(() => clearInterval(beat));
    },
  });
  const webhook = createFakeNotifier('webhook');
  const watching = createWatchActivities({
    seal: createFakeSeal(),
    temporal: () => Promise.resolve(access()),
    policy: () => Promise.resolve(POLICY),
    taskQueue: harness.taskQueue,
    notifiers: [webhook],
    artifacts: createMemoryArtifactStore(),
    recipientsOf: async (roles) =>
      Object.values(POLICY.people).filter((each) =>
        each.roles.some((role) => roles.includes(role)),
      ),
  });
  Object.assign(world.activities, lockActivities(local), watching);
  return {
    world,
    webhook,
    next,
    stopped: stopped.promise,
    place: { service, environment: 'development' },
  };
}

function access() {
  return createTemporalAccess(harness.env.nativeConnection, 'default');
}

/** The watch over a run. */
async function watchOf(run: Started) {
  const { service, environment, requestId } = await run.status();
  return harness.env.client.workflow.getHandle(
    `runsheet-watch:${service}:${environment}:${requestId}`,
  );
}

/** Ends with its run, or soon after. */
async function expectSilentEnd(run: Started, webhook: FakeNotifier): Promise<void> {
  await (await watchOf(run)).result();
  expect(webhook.sent.filter(({ kind }) => kind === 'run-ended')).toEqual([]);
}

describe('a run that is terminated while it changes servers', { timeout: 120_000 }, () => {
  it('is told within a minute, once, until a repair has the lock', async () => {
    const { world, webhook, stopped, place, next } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      const watch = await watchOf(run);
      expect((await watch.describe()).status.name).toBe('RUNNING');
      await run.handle.terminate('somebody pressed the button');
      await expect.poll(() => webhook.sent.length, { timeout: 30_000 }).toBe(1);
      const [message] = webhook.sent;
      expect(message).toMatchObject({ kind: 'run-ended', severity: 'failure', language: 'en' });
      expect(message?.title).toContain(run.handle.workflowId);
      const text = message?.lines.join('\n') ?? '';
      for (const server of TWO) expect(text).toContain(server);
      expect(text).toContain('runsheet servers development');
      expect(text).toContain('runsheet repair watched-');
      const fields = message?.fields.map(({ label, text: said }) => `${label}: ${said}`).join('\n');
      expect(fields).toContain('Step: 7 ');
      expect(fields).toContain('somebody pressed the button');
      expect(message?.recipients).toMatchObject([{ email: 'alice@example.com' }]);
      const { workflowId, runId } = await run.handle.describe();
      const isLeft = () => isLeftInTheMiddle(access(), place, { workflowId, runId });
      expect(await isLeft()).toBe(true);
      next.repairs = true;
      expect((await (await start(DEVELOPMENT)).end()).failure).toBeNull();
      expect(await isLeft()).toBe(false);
      await watch.signal('acknowledge', { by: 'alice' });
      await watch.result();
      expect(webhook.sent).toHaveLength(1);
    });
  });

  it('is told where it was reset, too', async () => {
    const { world, webhook, stopped } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      const { client } = harness.env;
      const { workflowId, firstExecutionRunId } = run.handle as typeof run.handle & {
        readonly firstExecutionRunId: string;
      };
      const { events } = await run.handle.fetchHistory();
      const task = events?.find((each) => each.workflowTaskCompletedEventAttributes);
      await client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId, runId: firstExecutionRunId },
        workflowTaskFinishEventId: task?.eventId ?? null,
        requestId: randomUUID(),
        reason: 'a test',
      });
      await expect.poll(() => webhook.sent.length, { timeout: 30_000 }).toBe(1);
      expect(webhook.sent[0]?.title).toContain(workflowId);
    });
  });

  it('costs its own history five events or fewer, and the watch twenty', async () => {
    const { world, webhook } = stage({ holds: false });
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      expect((await run.end()).failure).toBeNull();
      await expectSilentEnd(run, webhook);
      const { events } = await (await watchOf(run)).fetchHistory();
      expect(events?.length).toBeLessThanOrEqual(20);
      const own = (await run.handle.fetchHistory()).events ?? [];
      const ofWatch = own.filter(
        (each) =>
          each.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name ===
            'runWatch' ||
          each.childWorkflowExecutionStartedEventAttributes?.workflowType?.name === 'runWatch',
      );
      expect(ofWatch).toHaveLength(2);
    });
  });
});

/** `watch ack` of a person. */
async function ack(start: StartRun, run: Started, by = 'alice'): Promise<AckedWatch> {
  const asked = { watched: run.handle.workflowId, by, language: 'en' };
  const asking = await start({}, { type: 'ackWatch', args: [asked] });
  return (await asking.handle.result()) as AckedWatch;
}

describe('a watch that a person acknowledges', { timeout: 120_000 }, () => {
  it('tells nobody any more; before, and again, it is refused', async () => {
    const { world, webhook, stopped, place } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      const { workflowId } = run.handle;
      const refusedAs = (type: string) => ({ cause: { type } });
      // Visibility follows the server's own word.
      const open = async () => {
        const error = await ack(start, run).catch((cause: unknown) => cause);
        return error instanceof WorkflowFailedError ? error.cause?.message : error;
      };
      const wanted = `nothing to acknowledge for ${workflowId}: it has not ended`;
      await expect.poll(open, { timeout: 30_000 }).toBe(wanted);
      await run.handle.terminate('gone');
      await expect.poll(() => webhook.sent.length, { timeout: 30_000 }).toBe(1);
      expect(webhook.sent[0]?.lines.join('\n')).toContain(`runsheet watch ack ${workflowId}`);
      await expect(ack(start, run, 'mallory')).rejects.toMatchObject(refusedAs('NOT_AN_APPROVER'));
      const acked = await ack(start, run);
      expect(acked).toEqual({ watched: workflowId, ...place, who: 'Alice (ops)' });
      const { requestId } = await run.status();
      const id = `runsheet-watch:${place.service}:${place.environment}:${requestId}`;
      await harness.env.client.workflow.getHandle(id).result();
      expect(webhook.sent).toHaveLength(1);
      await expect(ack(start, run)).rejects.toMatchObject(refusedAs('ALREADY_ACKNOWLEDGED'));
    });
  });

  it('is refused where the run ended by itself', async () => {
    const { world } = stage({ holds: false });
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      expect((await run.end()).failure).toBeNull();
      await expect(ack(start, run)).rejects.toMatchObject({ cause: { type: 'NO_WATCH' } });
    });
  });
});

describe('a run that ends by itself', { timeout: 120_000 }, () => {
  it('is told of by its watch to nobody: rolled back', async () => {
    const { world, webhook } = stage({ fails: true });
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      expect((await run.end()).failure?.type).toBe('RUN_ROLLED_BACK');
      await expectSilentEnd(run, webhook);
    });
  });

  it('is told of by its watch to nobody: cancelled', async () => {
    const { world, webhook, stopped } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      await run.handle.cancel();
      expect((await run.end()).failure?.type).toBe('CancelledFailure');
      await expectSilentEnd(run, webhook);
    });
  });

  it('cannot be watched by whoever starts a watch by hand', async () => {
    const { world, webhook, stopped } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      const { events } = await (await watchOf(run)).fetchHistory();
      const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
      const input: unknown = JSON.parse(Buffer.from(payload?.data ?? []).toString('utf8'));
      const forged = await start({}, { type: 'runWatch', args: [input] });
      await expect(forged.handle.result()).rejects.toMatchObject({
        cause: { type: 'WATCH_NOT_YOURS' },
      });
      await run.handle.cancel();
      await run.end();
      expect(webhook.sent).toEqual([]);
    });
  });
});
