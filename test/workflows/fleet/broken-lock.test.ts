/** A lock that a person breaks, on a real server: its run stops, queued runs go first, then it undoes. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BreakLockInput, BrokenLock } from '../../../src/activities/contract.ts';
import type { DecisionPolicy } from '../../../src/activities/local/index.ts';
import { refuseDirty } from '../../../src/activities/local/left-behind.ts';
import type { ResolvedRun } from '../../../src/plan/run.ts';
import { createTemporalAccess } from '../../../src/worker/temporal-access.ts';
import { lockActivities, type RealLock, realLock } from '../../support/real-lock.ts';
import { repairing } from '../../support/repairing.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness, type StartRun } from '../../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

const TWO = ['app-server-1', 'app-server-2'];
const DEVELOPMENT = { environment: 'development', servers: TWO };
const POLICY: DecisionPolicy = {
  roles: { ops: { names: ['运维负责人'] }, dev: { names: ['开发'] } },
  people: { alice: { name: 'Alice', roles: ['ops'] }, bob: { name: 'Bob', roles: ['dev'] } },
  allowSelfApproval: false,
  operators: { development: ['ops'] },
};

let harness: Harness;
let local: RealLock;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
  local = realLock(harness, POLICY);
  harness.lockActivities = local;
}, 120_000);

afterAll(async () => {
  await harness?.close();
});

interface Stage {
  readonly world: StubWorld;
  readonly service: string;
  /** Comes when the first run has begun to start the first server, and stays in that. */
  readonly stopped: Promise<void>;
  /** What the next run is. */
  readonly next: { resolved: ResolvedRun; fails: boolean };
  /** Workflow ids, each time that a server is started: the servers' own log. */
  readonly starts: string[];
}

function stage(): Stage {
  const service = `broken-${randomUUID()}`;
  const starts: string[] = [];
  let tell: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const next = { resolved: resolvedRun(DEVELOPMENT, { service }), fails: false };
  const world = stubWorld({
    resolve: () => next.resolved,
    before: async ({ name, server }) => {
      if (name === 'service.ready' && next.fails) throw broken('it is not ready');
      if (name !== 'service.start' || server !== TWO[0]) return;
      const context = Context.current();
      starts.push(context.info.workflowExecution?.workflowId ?? '');
      if (starts.length > 1) return;
      tell();
      const beat = setInterval(() => context.heartbeat(), 50);
      await context.cancelled.finally(() => clearInterval(beat));
    },
  });
  Object.assign(world.activities, lockActivities(local));
  return { world, service, next, stopped, starts };
}

describe('S10 a run that is terminated', { timeout: 120_000 }, () => {
  it('S10 leaves an environment where only a repair begins, until one has succeeded', async () => {
    const { world, service, stopped, next } = stage();
    const access = createTemporalAccess(harness.env.nativeConnection, 'default');
    const resolved = resolvedRun(DEVELOPMENT, { service });
    const refused = (run: ResolvedRun) =>
      refuseDirty(access, run).then(
        () => null,
        (error: Error) => error.message,
      );
    await harness.with(world, async (start) => {
      expect(await refused(resolved)).toBeNull();
      const one = await start(DEVELOPMENT);
      await stopped;
      expect(await refused(resolved)).toBeNull();
      await one.handle.terminate('gone');
      await expect.poll(() => refused(resolved)).toContain(one.handle.workflowId);
      expect(await refused(resolved)).toContain(`runsheet repair ${service} development`);
      expect(await refused(repairing(resolved))).toBeNull();
      const inspection = { ...resolved.plan, steps: resolved.plan.steps.slice(0, 1) };
      expect(await refused({ ...resolved, plan: inspection })).toBeNull();

      // One that had begun before is refused at the lock.
      const two = await start(DEVELOPMENT);
      const end = await two.end();
      expect(end.failure?.type).toBe('RUN_FAILED');
      expect(end.status.failure).toMatchObject({ step: 6, type: 'DIRTY_ENVIRONMENT' });
      expect(world.names().filter((name) => name === 'pool.drain@app-server-2')).toHaveLength(1);

      next.resolved = repairing(resolved);
      next.fails = true;
      expect((await (await start(DEVELOPMENT)).end()).status.outcome).toBe('rolled_back');
      await expect.poll(() => refused(resolved)).toContain('runsheet repair');
      next.fails = false;
      expect((await (await start(DEVELOPMENT)).end()).failure).toBeNull();
      expect(await refused(resolved)).toBeNull();
      next.resolved = resolved;
      expect((await (await start(DEVELOPMENT)).end()).failure).toBeNull();
    });
  });
});

async function breakIt(start: StartRun, more: Partial<BreakLockInput>): Promise<BrokenLock> {
  const asked = {
    environment: 'development',
    by: 'alice',
    reason: 'the hotfix cannot wait',
    language: 'en',
    ...more,
  };
  const asking = await start({}, { type: 'breakLock', args: [asked] });
  return (await asking.handle.result()) as BrokenLock;
}

/** Type of the failure that it ends with. */
async function refusal(asking: Promise<unknown>): Promise<string> {
  const error = await asking.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof WorkflowFailedError)) throw error;
  return error.cause instanceof ApplicationFailure ? (error.cause.type ?? '') : '';
}

describe('S10 a lock that a person breaks', { timeout: 120_000 }, () => {
  it('S10 stops its run, which undoes what it has changed', async () => {
    const { world, service, stopped, starts } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      const broken = await breakIt(start, { service });
      const text = 'Alice (ops): the hotfix cannot wait';
      expect(broken).toEqual({ holder: run.handle.workflowId, text });
      const { failure, status } = await run.end();
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      expect(status.failure).toMatchObject({ type: 'LOCK_BROKEN' });
      expect(status.failure?.message).toContain(text);
      expect(status.warnings.join('\n')).toContain(`本发布单的锁已被解除: ${text}`);
      expect(starts).toEqual([run.handle.workflowId]);
      for (const server of TWO)
        expect(world.servers.get(server)).toMatchObject({ version: 'v2.0.0', pool: 'ready' });
      expect(await refusal(breakIt(start, { service }))).toBe('LOCK_FREE');
    });
  });

  it('S10 goes to the run that is queued, and both say who broke it', async () => {
    const { world, service, stopped, starts } = stage();
    await harness.with(world, async (start) => {
      const one = await start(DEVELOPMENT);
      await stopped;
      const two = await start(DEVELOPMENT);
      await two.until(({ lockWait }) => lockWait !== undefined);
      await breakIt(start, { service });
      const second = await two.end();
      expect(second.failure).toBeNull();
      expect(second.status.warnings.join('\n')).toContain('前一张发布单的锁已被解除: Alice (ops)');
      const first = await one.end();
      expect(first.status.failure).toMatchObject({ type: 'LOCK_BROKEN' });
      expect(starts.slice(0, 2)).toEqual([one.handle.workflowId, two.handle.workflowId]);
    });
  });

  it.each<[string, Partial<BreakLockInput>, string]>([
    ['a stranger', { by: 'mallory' }, 'NOT_AN_APPROVER'],
    ['a person without the role', { by: 'bob' }, 'NOT_AN_APPROVER'],
    ['somebody without a reason', { reason: ' ' }, 'BAD_DECISION'],
  ])('S10 is not broken by %s, nor by what a stranger has signed', async (_who, how, code) => {
    const { world, service, stopped } = stage();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await stopped;
      expect(await refusal(breakIt(start, { service, ...how }))).toBe(code);
      const lock = harness.env.client.workflow.getHandle(`runsheet-lock:${service}:development`);
      const { workflowId, runId, status } = await lock.describe();
      expect(status.name).toBe('RUNNING');
      const execution = { workflowId, runId };
      const statement = { kind: 'lock-broken', lock: execution, asked: execution, text: 'Alice' };
      const forged = { statement, signature: { key: 'k', value: 'v' } };
      await harness.env.client.workflowService.terminateWorkflowExecution({
        namespace: 'default',
        workflowExecution: execution,
        reason: 'LOCK_BROKEN Alice',
        details: { payloads: [defaultPayloadConverter.toPayload(forged)] },
      });
      const { failure, status: after } = await run.end();
      expect(failure).toBeNull();
      expect(after.warnings.join('\n')).toContain('锁已重新取得');
    });
  });
});
