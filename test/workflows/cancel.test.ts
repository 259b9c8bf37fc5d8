/**
 * Cancelling, and a judgement that is slower than the deadline, on the real dev server: the
 * time-skipping one refuses a workflow task that cancels an activity which ends in the same moment.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoCancel } from '../../src/cli/view/cancel.ts';
import { serverView } from '../../src/client/server-view.ts';
import { compiledSeed } from '../support/compiled-seed.ts';
import { deferred } from '../support/deferred.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { countedInterpreter, Harness, type Started } from '../support/run-harness.ts';
import { stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const OLD = { version: 'v2.0.0', pool: 'ready' };
const SEED = compiledSeed();
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

describe('cancelling', () => {
  /** Cancels the run while the named action is under way. */
  async function cancelAt(action: string, parameters = DEVELOPMENT) {
    let cancel: () => Promise<unknown> = async () => undefined;
    let done = false;
    const world = stubWorld({
      before: async ({ name }) => {
        if (name !== action || done) return;
        done = true;
        await cancel();
      },
    });
    const ended = await harness.with(world, async (start) => {
      let ready: () => void = () => undefined;
      const set = new Promise<void>((resolve) => {
        ready = resolve;
      });
      let run: Started | undefined;
      cancel = async () => {
        await set;
        await run?.handle.cancel();
      };
      run = await start(parameters);
      ready();
      return run.end();
    });
    return { world, ...ended };
  }

  it('ends as cancelled before the servers', async () => {
    const { world, failure, status } = await cancelAt('tests.run');
    expect(failure?.type).toBe('CancelledFailure');
    expect(status.outcome).toBe('cancelled');
    expect(world.names()).toContain('notify.send');
    const onServers = world.names().filter((name) => name.includes('@'));
    expect(onServers.every((name) => name.startsWith('preflightServer@'))).toBe(true);
  });

  it.each(['service.stop', 'service.start', 'pool.enable'])(
    'undoes what was done at %s',
    async (action) => {
      const { world, failure, status } = await cancelAt(action);
      expect(failure?.type).toBe('CancelledFailure');
      expect(status.outcome).toBe('cancelled');
      expect(status.rollback.length).toBeGreaterThan(0);
      for (const server of world.servers.values()) expect(server).toEqual(OLD);
    },
  );

  it('is refused a second time, with the reason; sent past the program, it cuts no rollback short', async () => {
    const undoing = deferred();
    const held = deferred();
    const started = deferred();
    const world = stubWorld({
      before: async ({ name }) => {
        if (name === 'service.start') {
          started.resolve();
          const context = Context.current();
          // A cancellation comes with a beat.
          const beat = setInterval(() => context.heartbeat(), 50);
          await context.cancelled.finally(() => clearInterval(beat));
        }
        if (!name.startsWith('restore.') && name !== 'service.restore') return;
        undoing.resolve();
        await held.promise;
      },
    });
    const ended = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const { workflowId } = run.handle;
      const why = async () => {
        const [status, server] = await Promise.all([
          run.status(),
          serverView(harness.env.client, workflowId),
        ]);
        return whyNoCancel(workflowId, { status, server })?.en ?? null;
      };
      await started.promise;
      expect(await why()).toBeNull();
      await run.handle.cancel();
      await undoing.promise;
      expect(await why()).toContain('has been cancelled already');
      await run.handle.cancel();
      held.resolve();
      return run.end();
    });
    expect(ended.failure?.type).toBe('CancelledFailure');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('does not wait for the next attempt of a task that fails', async () => {
    let attempts = 0;
    const world = stubWorld({
      before: ({ name }) => {
        if (name !== 'service.start') return;
        attempts += 1;
        throw ApplicationFailure.create({ type: 'UNREACHABLE', nextRetryDelay: '1 minute' });
      },
    });
    const ended = await harness.with(world, async (start) => {
      const run = await start({ ...DEVELOPMENT, servers: ['app-server-1'] });
      const waits = async () => {
        const { raw } = await run.handle.describe();
        return raw.pendingActivities?.some(
          (each) => each.activityType?.name === 'service.start' && each.attempt === 2,
        );
      };
      await expect.poll(waits, { timeout: 30_000 }).toBe(true);
      await run.handle.cancel();
      return run.end();
    });
    expect(attempts).toBe(1);
    expect(ended.failure?.type).toBe('CancelledFailure');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('changes nothing at the notification', async () => {
    const { failure, status } = await cancelAt('report.write');
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
  });

  it('ends a waiting approval', async () => {
    const world = stubWorld();
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.cancel();
      return run.end();
    });
    expect(failure?.type).toBe('CancelledFailure');
  });

  it('ends at once while the template is read', async () => {
    const { failure } = await cancelAt('resolvePlan');
    expect(failure?.type).toBe('CancelledFailure');
  });
});

describe('an approval at its deadline', () => {
  it('does not take a vote whose judgement came after the deadline', async () => {
    const steps = SEED.steps.map((step) =>
      step.kind === 'approval' ? { ...step, timeoutSeconds: 2 } : step,
    );
    const asked = deferred();
    const held = deferred();
    const world = stubWorld({
      resolve: () => resolvedRun({}, { plan: { ...SEED, steps } }),
      before: ({ name }) => {
        if (name !== 'judgeDecision') return undefined;
        asked.resolve();
        return held.promise;
      },
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      await asked.promise;
      const events = async () => (await run.handle.fetchHistory()).events ?? [];
      const expired = async () => (await events()).some((each) => each.timerFiredEventAttributes);
      // A local activity holds the workflow task, which is begun anew after 80 % of its ten seconds.
      await expect.poll(expired, { timeout: 45_000 }).toBe(true);
      held.resolve();
      return run.end();
    });
    expect(failure?.type).toBe('RUN_EXPIRED');
    expect(status.approval?.votes).toEqual([]);
  }, 60_000);
});
