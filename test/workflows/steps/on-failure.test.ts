/** 失败处理: done again, gone on without, asked about; and what nobody may wait for or leave out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureHandling, Plan } from '../../../src/plan/plan.ts';
import type { ResolvedRun } from '../../../src/plan/run.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubCall,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const OLD = { version: 'v2.0.0', pool: 'ready' };
const ASK = { kind: 'ask', waitSeconds: 1800, withoutService: false } as const;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function planWith(handlings: Readonly<Record<number, FailureHandling>>): Plan {
  const seed = compiledSeed();
  const steps = seed.steps.map((step) => {
    const onFailure = handlings[step.number];
    const isWork = step.kind === 'action' || step.kind === 'parallel';
    return onFailure === undefined || !isWork ? step : { ...step, onFailure };
  });
  return { ...seed, steps };
}

/** A world in which an action fails as often as `times`, on one server or everywhere. */
function failing(
  handlings: Readonly<Record<number, FailureHandling>>,
  action: string,
  { times = 1, server, ...options }: Failing = {},
): StubWorld {
  let failed = 0;
  return stubWorld({
    resolve: (): ResolvedRun =>
      resolvedRun(options.parameters ?? DEVELOPMENT, {
        plan: planWith(handlings),
        language: options.language ?? 'zh',
      }),
    ...options.stub,
    before: (call: StubCall) => {
      if (call.name !== action || (server !== undefined && call.server !== server)) return;
      failed += 1;
      if (failed <= times) throw broken(`${action} is broken`, options.type);
    },
  });
}

interface Failing {
  readonly times?: number;
  readonly server?: string;
  readonly type?: string;
  readonly language?: 'zh' | 'en';
  readonly parameters?: Record<string, string>;
  readonly stub?: StubOptions;
}

const timesOf = (world: StubWorld, name: string): number =>
  world.names().filter((each) => each === name).length;

describe('retry', () => {
  it('does what failed again, and nothing else of the step', async () => {
    const world = failing({ 7: { kind: 'retry', times: 3 } }, 'service.start', {
      times: 2,
      server: 'app-server-2',
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure).toBeNull();
    expect(timesOf(world, 'service.start@app-server-2')).toBe(3);
    expect(timesOf(world, 'service.start@app-server-1')).toBe(1);
    expect(timesOf(world, 'image.pull@app-server-2')).toBe(1);
    expect(status.steps[6]?.state).toBe('succeeded');
  });

  it('rolls back once it has failed as often as it may', async () => {
    const world = failing({ 7: { kind: 'retry', times: 2 } }, 'service.start', { times: 99 });
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(timesOf(world, 'service.start@app-server-1')).toBe(3);
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('measures anew what broke a criterion', async () => {
    let asked = 0;
    const world = failing({ 2: { kind: 'retry', times: 1 } }, 'none', {
      stub: {
        facts: ({ name }) => {
          if (name !== 'tests.verify') return null;
          asked += 1;
          const value = asked === 1 ? 50 : 100;
          return [
            { id: 'tests.pass_rate', value },
            { id: 'tests.critical_pass_rate', value: 100 },
          ];
        },
      },
    });
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure).toBeNull();
    expect(timesOf(world, 'tests.run')).toBe(2);
    expect(timesOf(world, 'tests.verify')).toBe(2);
  });

  it('does not repeat what concerns the whole run', async () => {
    const world = failing({ 7: { kind: 'retry', times: 3 } }, 'service.start', {
      times: 99,
      type: 'FORGED_INPUT',
    });
    await harness.run(world, DEVELOPMENT);
    expect(timesOf(world, 'service.start@app-server-1')).toBe(1);
  });
});

describe('ignore', () => {
  it('goes on, and shows the reason everywhere', async () => {
    const world = failing({ 1: { kind: 'ignore', reason: '试用中' } }, 'code.analyze');
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure).toBeNull();
    expect(status.steps[0]).toMatchObject({ state: 'skipped' });
    expect(status.steps[0]?.note).toContain('失败已忽略（试用中）：运行代码静态分析工具');
    expect(status.warnings.join()).toContain('试用中');
    expect(world.reports.at(-1)?.skips.join()).toContain('试用中');
  });

  it('does not go on where the failure concerns the whole run', async () => {
    const world = failing({ 1: { kind: 'ignore', reason: '试用中' } }, 'code.analyze', {
      type: 'FORGED_INPUT',
    });
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
  });
});

describe('ask a person', () => {
  it('shows one question, and does what failed again after retry', async () => {
    const world = failing({ 1: ASK }, 'code.audit');
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.outcome).toBe('needs_attention');
      expect(waiting.questions).toHaveLength(1);
      const [question] = waiting.questions ?? [];
      expect(question).toMatchObject({ kind: 'failure', step: 1 });
      expect(question?.deadlineMs).toBe((question?.openedAtMs ?? 0) + 1_800_000);
      expect(question?.answers.map(({ word }) => word)).toEqual(['retry', 'skip', 'rollback']);
      await run.handle.executeUpdate('resolve', { args: [{ action: 'retry', by: 'alice' }] });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.questions).toEqual([]);
    expect(timesOf(world, 'code.analyze')).toBe(1);
    expect(timesOf(world, 'code.audit')).toBe(2);
    expect(world.reports.at(-1)?.decisions.join()).toContain('retry: alice');
  });

  it('goes on without the step after skip', async () => {
    const world = failing({ 1: ASK }, 'code.audit', { language: 'en' });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await run.handle.signal('skip', { by: 'alice', withCurrentSettings: false });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.steps[0]?.note).toContain('skipped by alice after it failed');
  });

  it('refuses to skip what the run needs, and undoes after rollback', async () => {
    const world = failing({ 3: ASK }, 'image.push');
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.questions?.[0]?.answers.map(({ word }) => word)).toEqual([
        'retry',
        'rollback',
      ]);
      await run.handle.signal('skip', { by: 'alice' });
      await run.handle.signal('retry', { by: 'alice', withCurrentSettings: true });
      const refused = await run.until((each) => each.refusals.length === 2);
      expect(refused.refusals[0]).toContain('NOT_SKIPPABLE');
      expect(refused.refusals[1]).toContain('BAD_DECISION');
      await run.handle.signal('rollback', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_FAILED');
  });

  it('never goes on by itself: at the deadline it is decided, whatever junk has come', async () => {
    const world = failing({ 1: ASK }, 'code.audit');
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      const junk = Array.from({ length: 150 }, (_, index) =>
        run.handle.signal('retry', { by: `junk-${index}` }),
      );
      await Promise.all(junk);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.questions).toEqual([]);
    expect(status.needsAttention).toBeNull();
    expect(world.reports.at(-1)?.decisions.join()).toContain('步骤1：无人决定');
    expect(timesOf(world, 'code.audit')).toBe(1);
  });

  it('hears a person through junk', async () => {
    const world = failing({ 1: ASK }, 'code.audit');
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      const junk = Array.from({ length: 60 }, (_, index) =>
        run.handle.signal('retry', { by: `junk-${index}` }),
      );
      await Promise.all(junk);
      await run.handle.executeUpdate('resolve', { args: [{ action: 'retry', by: 'alice' }] });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.refusals.at(-1)).toContain('10');
  });

  it('asks nobody while no server serves, and rolls back', async () => {
    const world = failing({ 7: ASK }, 'service.start', { times: 99 });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.warnings.join()).toContain('不等待人工决定');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('asks there where the document says how long, and says what rollback does', async () => {
    const world = failing({ 7: { ...ASK, withoutService: true } }, 'service.start', {
      server: 'app-server-1',
      times: 1,
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      const rollback = waiting.questions?.[0]?.answers.find(({ word }) => word === 'rollback');
      expect(rollback?.would).toContain('app-server-1 恢复 v2.0.0');
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(timesOf(world, 'service.start@app-server-1')).toBe(2);
    expect(timesOf(world, 'service.start@app-server-2')).toBe(1);
  });

  it('ends its question where the run is cancelled', async () => {
    const world = failing({ 1: ASK }, 'code.audit');
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await run.handle.cancel();
      return run.end();
    });
    expect(failure).not.toBeNull();
    expect(status.outcome).toBe('cancelled');
    expect(status.questions).toEqual([]);
  });
});
