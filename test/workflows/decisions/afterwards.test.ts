/** What somebody on call begins: it waits for no approval, and is decided when the servers are done. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureHandling, Plan } from '../../../src/plan/plan.ts';
import type { RunStatus } from '../../../src/workflows/messages.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { deferred } from '../../support/deferred.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const HOUR_MS = 3_600_000;
const NEW = { version: 'v2.1.0', pool: 'ready' };
const OLD = { version: 'v2.0.0', pool: 'ready' };
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function onCall(options: StubOptions = {}, plan: Plan = compiledSeed()): StubWorld {
  const onCallPerson = { person: 'dave', name: 'Dave', role: 'oncall' };
  const resolve = () => ({
    ...resolvedRun({}, { plan, language: 'en', reminderSeconds: 3600 }),
    onCall: onCallPerson,
  });
  return stubWorld({ resolve, ...options });
}

/** The servers are done, and it has been told once. */
const isDone = ({ activity }: RunStatus): boolean => activity.startsWith('servers are done');
const versions = (world: StubWorld): unknown => [...world.servers.values()];

describe('a run that begins on call', () => {
  it('changes the servers without its approval, which is asked at once and given afterwards', async () => {
    const world = onCall();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      const done = await run.until(isDone);
      expect(versions(world)).toEqual([NEW, NEW, NEW]);
      expect(done.steps[4]?.state).toBe('waiting');
      expect(done.questions).toHaveLength(1);
      expect(done.questions?.[0]).toMatchObject({ kind: 'approval', step: 5 });
      expect(done.questions?.[0]?.answers.map(({ would }) => would).join()).toContain(
        'the rollback stays',
      );
      const [told] = world.reports;
      expect(told).toMatchObject({ status: 'succeeded', approvals: [] });
      expect(told?.decisions[0]).toContain('begun on call by Dave (oncall), unsigned');
      expect(told).not.toHaveProperty('afterwards');
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    const outcome = 'approved afterwards by alice';
    expect(status.steps[4]).toMatchObject({ state: 'succeeded', note: outcome });
    expect(status.questions).toEqual([]);
    const last = world.reports.at(-1);
    expect(last).toMatchObject({ status: 'succeeded', afterwards: outcome });
    expect(last?.approvals.join()).toMatch(/^alice \(.+\), afterwards$/u);
    expect(last?.decisions).toContain(outcome);
    expect(world.announced.map(({ kind }) => kind)).toEqual(['request', 'closed']);
    expect(world.announced[1]?.outcome).toBe(outcome);
    const names = world.names();
    expect(names.indexOf('announce.request')).toBeLessThan(
      names.indexOf('pool.drain@app-server-1'),
    );
    expect(names.indexOf('judgeDecision')).toBeGreaterThan(names.indexOf('record.update'));
    expect(names.filter((each) => each === 'record.update')).toHaveLength(2);
    expect(status.steps[9]?.tasks).toHaveLength(world.reports.length / 2);
  });

  it('undoes nothing where it is rejected: that is told and recorded', async () => {
    const world = onCall();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(isDone);
      await run.handle.signal('reject', { by: 'bob', comment: 'not without me' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(versions(world)).toEqual([NEW, NEW, NEW]);
    expect(status.outcome).toBe('succeeded');
    expect(status.warnings.join()).toMatch(
      /not approved afterwards: rejected by bob .*not without/u,
    );
    expect(status.steps[4]?.state).toBe('failed');
    expect(world.reports.at(-1)?.afterwards).toContain('not approved afterwards: rejected by bob');
    expect(world.reports.at(-1)?.approvals).toEqual([]);
    expect(world.undone).toEqual([]);
    expect(world.announced.at(-1)?.outcome).toContain('not approved afterwards');
  });

  it('undoes nothing either where nobody decides: reminded, then over after 24 hours', async () => {
    const world = onCall();
    const { failure, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    expect(status.warnings.join()).toContain(
      'not approved afterwards: not approved within 24 hours',
    );
    expect(world.announced.map(({ kind }) => kind)).toEqual(['request', 'reminder', 'closed']);
    expect(versions(world)).toEqual([NEW, NEW, NEW]);
    const last = world.reports.at(-1);
    expect(last?.peopleMs).toBeGreaterThan(23 * HOUR_MS);
    expect(last?.peopleMs).toBeLessThan(25 * HOUR_MS);
  });

  it('judges a vote that comes earlier once the servers are done', async () => {
    const voted = deferred();
    const world = onCall({
      before: async ({ name }) => {
        if (name === 'service.start') await voted.promise;
      },
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(({ steps }) => steps[6]?.state === 'running');
      await run.handle.signal('answer', { word: 'approve', by: 'alice', step: 5 });
      await run.handle.signal('approve', { by: 'nobody' });
      voted.resolve();
      return run.end();
    });
    expect(failure).toBeNull();
    const names = world.names();
    expect(names.indexOf('judgeDecision')).toBeGreaterThan(names.indexOf('record.update'));
    expect(world.reports.at(-1)?.afterwards).toBe('approved afterwards by alice');
  });

  it('asks nobody any more where it fails and is rolled back', async () => {
    const world = onCall({
      before: ({ name }) => {
        if (name === 'traffic.verify') throw broken('no traffic');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(versions(world)).toEqual([OLD, OLD, OLD]);
    expect(status.questions).toEqual([]);
    expect(status.steps[4]?.note).toMatch(/^not approved afterwards: .*no traffic$/u);
    expect(world.announced.at(-1)).toMatchObject({ kind: 'closed' });
    expect(world.reports.at(-1)?.afterwards).toContain('no traffic');
  });

  it('ends where it is cancelled while only its approval is waited for, and undoes nothing', async () => {
    const world = onCall();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(isDone);
      await run.handle.cancel();
      return run.end();
    });
    expect(failure).toBeNull();
    expect(versions(world)).toEqual([NEW, NEW, NEW]);
    expect(status.warnings.join()).toContain('not approved afterwards: cancelled');
    expect(world.reports.at(-1)?.afterwards).toBe('not approved afterwards: cancelled');
  });

  it('asks about a failed step beside it, and takes each answer for its own question', async () => {
    const ask: FailureHandling = { kind: 'ask', waitSeconds: 1800, withoutService: true };
    const seed = compiledSeed();
    const steps = seed.steps.map((step) =>
      step.kind === 'parallel' && step.number === 7 ? { ...step, onFailure: ask } : step,
    );
    let failed = false;
    const world = onCall(
      {
        before: ({ name, server }) => {
          if (name !== 'service.start' || server !== 'app-server-1' || failed) return;
          failed = true;
          throw broken('does not start');
        },
      },
      { ...seed, steps },
    );
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      const asked = await run.until(({ questions = [] }) => questions.length === 2);
      expect(asked.questions?.map(({ kind }) => kind)).toEqual(['approval', 'failure']);
      await run.handle.signal('approve', { by: 'bob' });
      await run.handle.signal('retry', { by: 'alice', step: 7 });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.refusals).toEqual([]);
    expect(world.reports.at(-1)?.afterwards).toBe('approved afterwards by bob');
  });
});
