/** After what cannot be taken back, a failure is not decided by itself: the plan says so, and the run asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import { compileTemplate } from '../../../src/compiler/index.ts';
import { DEFAULT_VOCABULARY } from '../../../src/compiler/vocabulary.ts';
import type { FailureHandling, Plan } from '../../../src/plan/plan.ts';
import type { ResolvedRun } from '../../../src/plan/run.ts';
import type { ProjectAction } from '../../../src/plan/settings.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubCall, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const [ONE, TWO] = ['app-server-1', 'app-server-2'] as const;
const DEVELOPMENT = { environment: 'development', servers: [ONE, TWO] };
const OLD = { version: 'v2.0.0', pool: 'ready' };
const NEW = { version: 'v2.1.0', pool: 'ready' };
const SEND: ProjectAction = {
  argv: ['send'],
  on: 'worker',
  timeoutSeconds: 10,
  irreversible: 'mails are out',
};
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

const taskAt = (step: number, name = 'Send') => ({
  step,
  phrase: name,
  task: { action: 'project.command' as const, settings: { name } },
});

function requested(at: number, plan: Plan = compiledSeed(), parameters = {}): ResolvedRun {
  return resolvedRun(
    { ...DEVELOPMENT, ...parameters },
    {
      plan,
      language: 'en',
      settings: { actions: { Send: SEND } },
      overrides: { add: [taskAt(at)] },
    },
  );
}

/** A run with the action at the end of a step, in which a call fails as often as `times`. */
function stage(at: number, failing: string, { times = 1, run = requested(at) } = {}): StubWorld {
  let failed = 0;
  return stubWorld({
    resolve: () => run,
    before: ({ name }: StubCall) => {
      if (name !== failing) return;
      failed += 1;
      if (failed <= times) throw broken(`${name} is broken`);
    },
  });
}

function planWith(number: number, onFailure: FailureHandling): Plan {
  const seed = compiledSeed();
  const steps = seed.steps.map((step) =>
    step.number === number && 'tasks' in step ? { ...step, onFailure } : step,
  );
  return { ...seed, steps };
}

const timesOf = (world: StubWorld, name: string): number =>
  world.names().filter((each) => each === name).length;

describe('a failure after an irreversible action', () => {
  it('asks, says what cannot be taken back, and goes on after retry with what failed alone', async () => {
    const world = stage(3, 'traffic.verify');
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      const [question] = waiting.questions ?? [];
      expect(question).toMatchObject({ kind: 'failure', step: 9 });
      expect(question?.answers.find(({ word }) => word === 'rollback')?.would).toContain(
        '"Send" cannot be taken back',
      );
      expect(question?.deadlineMs).toBe((question?.openedAtMs ?? 0) + 3_600_000);
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(timesOf(world, 'traffic.verify')).toBe(2);
    expect(timesOf(world, 'project.command')).toBe(1);
    expect(timesOf(world, `pool.enable@${ONE}`)).toBe(1);
    for (const server of world.servers.values()) expect(server).toEqual(NEW);
  });

  it('is decided as the document says where nobody answers in time, and the end names it', async () => {
    const world = stage(3, 'traffic.verify', { times: 9 });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.warnings.join('\n')).toContain('"Send" cannot be taken back');
    expect(world.reports.at(-1)?.decisions.join('\n')).toContain('nobody decided in time');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('is not asked about while nobody serves', async () => {
    const world = stage(3, 'service.start', { times: 9 });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.warnings.join('\n')).toContain('nobody is waited for');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it.each([
    ['the action itself', 'project.command', 1],
    ['a step that is done again first', 'tests.run', 4],
  ])('asks where it is %s', async (_name, failing, calls) => {
    const run = requested(1, planWith(2, { kind: 'retry', times: 3 }));
    const world = stage(1, failing, { times: 99, run });
    const { failure } = await harness.with(world, async (start) => {
      const started = await start(DEVELOPMENT);
      await started.until((each) => each.needsAttention !== null);
      expect(timesOf(world, failing)).toBe(calls);
      await started.handle.signal('rollback', { by: 'alice' });
      return started.end();
    });
    expect(failure?.type).toBe('RUN_FAILED');
  });

  it('asks nobody before the action was begun, nor where the document ignores the failure', async () => {
    const before = stage(9, 'traffic.verify', { times: 9 });
    expect((await harness.run(before)).failure?.type).toBe('RUN_ROLLED_BACK');
    expect(before.reports.at(-1)?.decisions).toEqual([]);
    const run = requested(1, planWith(1, { kind: 'ignore', reason: 'for once' }));
    const ignored = stage(1, 'code.lint', { times: 9, run });
    expect((await harness.run(ignored)).failure).toBeNull();
  });

  it.each([
    ['at once', () => requested(3)],
    [
      'in batches',
      () =>
        rollingRun(
          { pauseSeconds: 0, observeSeconds: 0 },
          {},
          {
            language: 'en',
            settings: { actions: { Send: SEND } },
            overrides: { add: [taskAt(3)] },
          },
        ),
    ],
  ] as const)(
    'asks where the success rules do not hold, and measures again: %s',
    async (_how, make) => {
      let measured = 0;
      const world = stubWorld({
        resolve: make,
        facts: ({ name }) => {
          if (name !== 'measureOutcome') return null;
          measured += 1;
          const value = measured === 1 ? 50 : 0;
          return [
            { id: 'service.error_rate', value, samples: 100 },
            { id: 'health_check.response_time', value: 35, samples: 100 },
          ];
        },
      });
      const { failure } = await harness.with(world, async (start) => {
        const run = await start(DEVELOPMENT);
        await run.until((each) => each.needsAttention !== null);
        await run.handle.signal('retry', { by: 'alice' });
        return run.end();
      });
      expect(failure).toBeNull();
      expect(measured).toBe(2);
    },
  );

  it('rolls back where the success rules do not hold and the answer is rollback', async () => {
    const world = stubWorld({
      resolve: () => requested(3),
      facts: ({ name }) =>
        name === 'measureOutcome'
          ? [
              { id: 'service.error_rate', value: 50, samples: 100 },
              { id: 'health_check.response_time', value: 35, samples: 100 },
            ]
          : null,
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await run.handle.signal('rollback', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
  });
});

describe('U4 what is said of it before', () => {
  const lines = (run: ResolvedRun): string => renderPlan(run, 'en').join('\n');

  it('U4 the plan says from which step on a person is asked', () => {
    const text = lines(requested(3));
    expect(text).toContain(
      'Your own actions:\n  "Send": cannot be taken back (mails are out): where a step fails after it, a person is asked',
    );
    const [, failures = ''] = text.split('If a step fails:');
    const asking = failures
      .split('\n')
      .filter((line) => line.includes('"Send" cannot be taken back'));
    expect(asking.length).toBeGreaterThan(0);
    expect(asking[0]).toMatch(
      /steps? 3.*a person is asked and waited for, at most 1 h.*after that,/u,
    );
    expect(failures).toMatch(/steps? 1–2: (?!.*cannot)/u);
  });

  it('U4 the plan says what a rollback undoes and when the servers leave the pool for it', () => {
    const undo = { argv: ['back', '${previous_version}'], timeoutSeconds: 10 };
    const run = resolvedRun(DEVELOPMENT, {
      language: 'en',
      settings: {
        actions: {
          Migrate: { argv: ['up'], on: 'worker', timeoutSeconds: 10, undo },
          Look: { argv: ['look'], on: 'worker', timeoutSeconds: 10 },
        },
      },
      overrides: { add: [taskAt(1, 'Look'), taskAt(6, 'Migrate')] },
    });
    const text = lines(run);
    expect(text).toContain('"Look": a rollback leaves what it did');
    expect(text).toContain('"Migrate": a rollback undoes it by: back ${previous_version}');
    expect(text).toMatch(/steps 8–9: .*"Migrate" is undone while they are all out of service/u);
  });

  it('U4 approvers read it first', async () => {
    const world = stubWorld({
      resolve: () => requested(3, compiledSeed(), { environment: 'production' }),
    });
    await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null && world.announced.length > 0);
      expect(world.announced[0]?.lines[0]).toBe(
        '"Send": cannot be taken back (mails are out): where a step fails after it, a person is asked',
      );
      await run.handle.signal('reject', { by: 'alice' });
      await run.end();
    });
  });

  it('check --explain says it of each bullet', () => {
    const text = compiledSheet('- Send\n- Compile the source code');
    const vocabulary = { ...DEFAULT_VOCABULARY, actions: { Send: SEND } };
    const { explanation } = compileTemplate({ file: 'a.md', text, vocabulary });
    const row = explanation.find((each) => each.text === '- Send');
    expect(row?.became.en).toContain('cannot be taken back (mails are out)');
  });
});

function compiledSheet(bullets: string): string {
  return `# Sheet\n## Workflow steps\n### 1. Work [action]\n**Actions**:\n${bullets}\n`;
}
