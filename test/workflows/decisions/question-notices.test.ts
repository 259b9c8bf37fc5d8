/** Whoever has to decide is told, and told again; a notice changes nothing of the run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/plan/plan.ts';
import { againAtMs } from '../../../src/workflows/decisions/question-notices.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const MINUTE_MS = 60_000;
const OLD = { version: 'v2.0.0', pool: 'ready' };
const SEED = compiledSeed();
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

/** Minutes from the first notice to each. */
function minutesOf(world: StubWorld): readonly number[] {
  const [first] = world.asked;
  return world.asked.map(({ atMs }) => Math.round((atMs - (first?.atMs ?? 0)) / MINUTE_MS));
}

describe('when it is told again', () => {
  const at = (deadlineMinutes: number | null, openedMinutes = 0): readonly number[] => {
    const deadlineMs = deadlineMinutes === null ? null : deadlineMinutes * MINUTE_MS;
    const openedAtMs = openedMinutes * MINUTE_MS;
    return againAtMs({ openedAtMs, deadlineMs }, 0).map((each) => each / MINUTE_MS);
  };

  it('is at a growing distance before the deadline', () => {
    expect(at(30)).toEqual([5, 15]);
    expect(at(200)).toEqual([5, 15, 30, 60, 120, 180]);
  });

  it('is counted from when it was asked first', () => {
    expect(at(180, 60)).toEqual([120]);
  });

  it('is for a day, however long it is waited for', () => {
    const all = at(null);
    expect(all).toHaveLength(27);
    expect(all.at(-1)).toBe(24 * 60);
    expect(at(null, 25 * 60)).toEqual([]);
  });
});

describe('a failed step that asks', () => {
  const failing = (
    waitSeconds: number,
    options: Parameters<typeof stubWorld>[0] = {},
  ): StubWorld => {
    const ask = { kind: 'ask', waitSeconds, withoutService: false } as const;
    const steps = SEED.steps.map((step) =>
      step.number === 1 && step.kind === 'action' ? { ...step, onFailure: ask } : step,
    );
    const plan: Plan = { ...SEED, steps };
    let failed = 0;
    return stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { plan }),
      ...options,
      before: async (call, world) => {
        await options.before?.(call, world);
        if (call.name === 'code.audit' && failed++ === 0) throw broken('the disk is full');
      },
    });
  };

  it('is told at once and again until its deadline', async () => {
    const world = failing(40 * 60);
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(minutesOf(world)).toEqual([0, 5, 15, 30]);
    expect(world.asked.map(({ isRepeated }) => isRepeated)).toEqual([false, true, true, true]);
    const [first] = world.asked;
    expect(first).toMatchObject({ title: '代码检查', roles: ['tech_lead', 'ops_lead'] });
    expect(first?.question).toMatchObject({ kind: 'failure', step: 1 });
    expect(first?.question.text).toContain('the disk is full');
    expect(first?.question.answers.map(({ word }) => word)).toEqual(['retry', 'skip', 'rollback']);
  });

  it('is told to nobody where the project has no channel, and ends at its deadline all the same', async () => {
    const settings = { channels: { configured: [] } };
    const ask = { kind: 'ask', waitSeconds: 600, withoutService: false } as const;
    const steps = SEED.steps.map((step) =>
      step.number === 1 && step.kind === 'action' ? { ...step, onFailure: ask } : step,
    );
    const plan: Plan = { ...SEED, steps };
    const world = failing(600, { resolve: () => resolvedRun(DEVELOPMENT, { plan, settings }) });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const ended = await run.end();
      const { events } = await run.handle.fetchHistory();
      // The deadline, and no time at which somebody would be told again.
      const timers = (events ?? []).filter((each) => each.timerStartedEventAttributes);
      expect(timers).toHaveLength(1);
      return ended;
    });
    expect(failure?.type).toBe('RUN_FAILED');
    expect(world.asked).toEqual([]);
  });

  it('is told no more once it is answered, though its clocks run on', async () => {
    const world = failing(3600);
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await run.handle.signal('answer', { word: 'retry', by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(world.asked).toHaveLength(1);
  });

  it('goes on as decided where no notice arrives: one warning, however often', async () => {
    const world = failing(40 * 60, {
      before: ({ name }) => {
        if (name === 'announce.question') throw broken('no mail server');
      },
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(minutesOf(world)).toHaveLength(4);
    expect(status.warnings.filter((each) => each.includes('no mail server'))).toHaveLength(1);
  });

  it('is a warning where a channel refuses', async () => {
    const world = failing(60);
    world.activities.announceQuestion = async () => ({ delivered: [], failed: ['slack: no'] });
    const { status } = await harness.run(world, DEVELOPMENT);
    expect(status.warnings.join()).toContain('slack: no');
  });
});

describe('a stuck rollback that nobody answers', () => {
  function stuck(times: number): StubWorld {
    let tried = 0;
    return stubWorld({
      before: ({ name, server }) => {
        if (name === 'service.start') throw broken('does not start');
        if (name !== 'service.restore' || server !== 'app-server-2') return;
        tried += 1;
        if (tried <= times) throw broken('disk full');
      },
    });
  }

  it('is tried again by itself, and asked anew until it succeeds', async () => {
    const world = stuck(3);
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
    // Tried after one, two and four hours more; told hourly meanwhile.
    expect(minutesOf(world)).toEqual([0, 5, 15, 30, 60, 120, 180, 240, 300, 360]);
    const opened = new Set(world.asked.map(({ question }) => question.openedAtMs));
    expect(opened.size).toBe(3);
    expect(world.asked[0]?.isRepeated).toBe(false);
    expect(world.asked.slice(1).every(({ isRepeated }) => isRepeated)).toBe(true);
    expect(world.asked[0]?.question).toMatchObject({ kind: 'stuck_rollback' });
    const decided = world.reports.at(-1)?.decisions ?? [];
    expect(decided.filter((each) => each.includes('无人决定，再次尝试回滚'))).toHaveLength(3);
    expect(status.needsAttention).toBeNull();
    expect(status.questions).toEqual([]);
  });

  it('is asked as a new question once somebody has answered', async () => {
    const world = stuck(2);
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const first = await run.until((each) => each.needsAttention !== null);
      const [question] = first.questions ?? [];
      expect((question?.deadlineMs ?? 0) - (question?.openedAtMs ?? 0)).toBe(60 * MINUTE_MS);
      expect(question?.atDeadline).toContain('再次尝试回滚');
      await run.handle.signal('answer', { word: 'retry', by: 'alice' });
      await run.until(() => world.asked.length === 2);
      expect(world.asked[1]?.isRepeated).toBe(false);
      await run.handle.signal('answer', { word: 'retry', by: 'alice' });
      expect((await run.end()).failure?.type).toBe('RUN_ROLLED_BACK');
    });
  });
});
