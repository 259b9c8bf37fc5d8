/** A lock that is lost while somebody else deploys: a person may have the servers looked at again. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '../../../src/workflows/messages.ts';
import { deferred } from '../../support/deferred.ts';
import { FOUR, rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness, type Started } from '../../support/run-harness.ts';
import { type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development', servers: FOUR };
const OLD = { version: 'v2.0.0', pool: 'ready' } as const;
const FOREIGN = { version: 'v9.9.9', pool: 'ready' } as const;
const MINUTE_MS = 60_000;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

const isAsked = ({ questions }: RunStatus): boolean => questions?.[0]?.kind === 'lost_lock';

/** The first batch's server is being started, the others serve; then the lock goes, and app-server-3 changes. */
async function losing<T>(body: (run: Started, world: StubWorld) => Promise<T>): Promise<T> {
  const service = `asked-${randomUUID()}`;
  const stopped = deferred();
  let isFirst = true;
  const world = stubWorld({
    servers: Object.fromEntries(FOUR.map((name) => [name, OLD])),
    resolve: () => rollingRun({ pauseSeconds: 0, observeSeconds: 0 }, {}, { service }),
    before: async ({ name, server }) => {
      if (name !== 'service.start' || server !== 'app-server-1' || !isFirst) return;
      isFirst = false;
      stopped.resolve();
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 50);
      await context.cancelled.finally(() => clearInterval(beat));
    },
  });
  return harness.with(world, async (start) => {
    const run = await start(DEVELOPMENT);
    await stopped.promise;
    world.servers.set('app-server-3', { ...FOREIGN });
    const lock = `runsheet-lock:${service}:development`;
    // The stub believes that the holder has sent it; the holder knows that it has not.
    await harness.env.client.workflow.getHandle(lock).signal('release');
    await run.until(isAsked);
    return body(run, world);
  });
}

describe('a lost lock', { timeout: 120_000 }, () => {
  it('asks, looks again as often as it is told, and goes on where all is as it was left', async () => {
    const { failure, status } = await losing(async (run, world) => {
      const [question] = (await run.status()).questions ?? [];
      expect(question?.answers.map(({ word }) => word)).toEqual(['retry', 'rollback']);
      expect((question?.deadlineMs ?? 0) - (question?.openedAtMs ?? 0)).toBe(30 * MINUTE_MS);
      expect(question?.text).toContain('app-server-3 v2.0.0 → v9.9.9');
      expect(question?.text).toContain('现状：app-server-1');
      const rollback = question?.answers.find(({ word }) => word === 'rollback')?.would;
      expect(rollback).toContain('app-server-1 恢复 v2.0.0');
      expect(rollback).toContain('app-server-3 保持现状');
      const give = (answer: object) => run.handle.executeUpdate('answer', { args: [answer] });
      expect(await give({ word: 'skip', by: 'alice' })).toMatchObject({
        code: 'WRONG_STEP',
        reason: expect.stringContaining('retry 或 rollback'),
      });
      expect(await give({ word: 'retry', by: 'alice', withCurrentSettings: true })).toMatchObject({
        code: 'BAD_DECISION',
      });
      expect(await give({ word: 'retry', by: 'alice' })).toMatchObject({ accepted: true });
      await run.until((each) => world.asked.length === 2 && isAsked(each));
      world.servers.set('app-server-3', { ...OLD });
      await give({ word: 'retry', by: 'alice' });
      const ended = await run.end();
      for (const server of world.servers.values()) expect(server.version).toBe('v2.1.0');
      return ended;
    });
    expect(failure).toBeNull();
    expect(status.warnings.join()).toContain('锁已重新取得');
    expect(status.questions).toEqual([]);
  });

  it('is told of, and decided at its deadline where nobody answers', async () => {
    await losing(async (run, world) => {
      const { failure, status } = await run.end();
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      expect(status.failure?.type).toBe('LOCK_LOST');
      expect(world.reports.at(-1)?.decisions.join()).toContain('无人决定');
      const [first] = world.asked;
      const minutes = world.asked.map(({ atMs }) =>
        Math.round((atMs - (first?.atMs ?? 0)) / MINUTE_MS),
      );
      expect(minutes).toEqual([0, 5, 15]);
      expect(first?.question.kind).toBe('lost_lock');
      expect(world.servers.get('app-server-3')).toEqual(FOREIGN);
      for (const name of ['app-server-1', 'app-server-2', 'app-server-4'])
        expect(world.servers.get(name)).toEqual(OLD);
    });
  });

  it('is decided at once after rollback', async () => {
    await losing(async (run, world) => {
      await run.handle.signal('answer', { word: 'rollback', by: 'alice' });
      const { failure, status } = await run.end();
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      expect(status.failure?.type).toBe('LOCK_LOST');
      expect(world.asked).toHaveLength(1);
      expect(world.servers.get('app-server-1')).toEqual(OLD);
      expect(world.servers.get('app-server-3')).toEqual(FOREIGN);
    });
  });

  it('is asked about no longer where the run is cancelled', async () => {
    await losing(async (run, world) => {
      await run.handle.cancel();
      const { status } = await run.end();
      expect(status.outcome).toBe('cancelled');
      expect(status.questions).toEqual([]);
      expect(status.needsAttention).toBeNull();
      expect(world.servers.get('app-server-1')).toEqual(OLD);
      expect(world.servers.get('app-server-3')).toEqual(FOREIGN);
    });
  });
});
