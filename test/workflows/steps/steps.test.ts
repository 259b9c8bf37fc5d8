/** What runs and what is left out: skip rules, branches, overrides, the lock, an English run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../../../src/plan/plan.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const SEED = compiledSeed();
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function withoutNotification(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.filter((step) => step.number !== 10) };
}

describe('skip rules and branches', () => {
  it('leaves out steps 1 and 2 where skip_tests is true', async () => {
    const world = stubWorld();
    const { status, failure } = await harness.run(world, { ...DEVELOPMENT, skip_tests: true });
    expect(failure).toBeNull();
    expect(status.steps.slice(0, 3).map((step) => step.state)).toEqual([
      'skipped',
      'skipped',
      'succeeded',
    ]);
    expect(world.names()).not.toContain('tests.run');
    expect(world.reports.at(-1)?.skips).toHaveLength(3);
  });

  it('jumps forward over the steps between', async () => {
    const steps = SEED.steps.map((step) =>
      step.kind === 'condition'
        ? { ...step, branches: step.branches.map((each) => ({ ...each, skip: [], goTo: 6 })) }
        : step,
    );
    const world = stubWorld({ resolve: () => resolvedRun({}, { plan: { ...SEED, steps } }) });
    const { status, failure } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.steps[4]).toMatchObject({ state: 'skipped' });
    expect(status.steps[4]?.note).toContain('步骤4');
  });

  it('goes on where no branch holds', async () => {
    const steps = SEED.steps.flatMap((step): PlanStep[] => {
      if (step.kind === 'approval') return [];
      return step.kind === 'condition' ? [{ ...step, branches: [] }] : [step];
    });
    const world = stubWorld({ resolve: () => resolvedRun({}, { plan: { ...SEED, steps } }) });
    const { status, failure } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.steps[3]?.note).toContain('没有分支成立');
  });
});

describe('overrides', () => {
  it('skips a step with its reason and tells the approvers', async () => {
    const skip = [{ step: 1, reason: '代码检查已在CI完成' }];
    const world = stubWorld({ resolve: () => resolvedRun({}, { overrides: { skip } }) });
    const { status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null && world.announced.length > 0);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(status.steps[0]).toMatchObject({ state: 'skipped' });
    expect(status.steps[0]?.note).toContain('代码检查已在CI完成');
    expect(world.announced[0]?.lines.join()).toContain('代码检查已在CI完成');
    expect(world.reports.at(-1)?.skips.join()).toContain('代码检查已在CI完成');
  });

  it.each([
    ['first-server', ['project.command@app-server-1']],
    [
      'each-server',
      [
        'project.command@app-server-1',
        'project.command@app-server-2',
        'project.command@app-server-3',
      ],
    ],
    ['worker', ['project.command']],
  ] as const)('adds a task to step 8, run on %s', async (on, expected) => {
    const action = { argv: ['node', 'migrate.js'], on, timeoutSeconds: 120 };
    const task = { action: 'project.command' as const, settings: { name: '数据库迁移验证' } };
    const add = [{ step: 8, phrase: '数据库迁移验证', task }];
    const settings = { actions: { 数据库迁移验证: action } };
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { overrides: { add }, settings }),
    });
    const { status, failure } = await harness.run(world);
    expect(failure).toBeNull();
    expect(
      world
        .names()
        .filter((name) => name.startsWith('project.command'))
        .sort(),
    ).toEqual(expected);
    expect(status.steps[7]?.tasks.at(-1)?.text).toBe('数据库迁移验证');
  });

  it('rolls back where the added task does not pass', async () => {
    const task = { action: 'project.command' as const, settings: { name: '数据库迁移验证' } };
    const add = [{ step: 8, phrase: '数据库迁移验证', task }];
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { overrides: { add } }),
      facts: ({ name }) =>
        name === 'project.command' ? [{ id: 'command.passed', value: false }] : null,
    });
    const { failure } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
  });

  it.each(['worker', 'first-server'] as const)(
    'runs a project action in a parallel step on %s once',
    async (on) => {
      const action = { argv: ['node', 'warm.js'], on, timeoutSeconds: 10 };
      const task = { action: 'project.command' as const, settings: { name: '预热' } };
      const add = [{ step: 7, phrase: '预热', task }];
      const settings = { actions: { 预热: action } };
      const world = stubWorld({
        resolve: () => resolvedRun(DEVELOPMENT, { overrides: { add }, settings }),
      });
      const { failure } = await harness.run(world);
      expect(failure).toBeNull();
      expect(world.names().filter((name) => name.startsWith('project.command'))).toHaveLength(1);
    },
  );
});

describe('what activities get', () => {
  it('fills templates and passes only the settings that an action uses', async () => {
    const world = stubWorld();
    await harness.run(world, { ...DEVELOPMENT, servers: ['app-server-1'] });
    expect(world.inputs.get('image.push')?.settings).toEqual({ tag: 'v2.1.0-development' });
    expect(Object.keys(world.inputs.get('pool.drain@app-server-1')?.project ?? {})).not.toContain(
      'commands',
    );
    expect(world.inputs.get('service.start@app-server-1')?.before).toEqual({
      server: 'app-server-1',
      release: { version: 'v2.0.0', digest: 'sha256:v2.0.0' },
      pool: 'ready',
    });
    expect(world.inputs.get('image.pull@app-server-1')?.image?.digest).toMatch(/^sha256:/u);
    const report = world.reports.at(-1);
    expect(report?.status).toBe('succeeded');
    expect(report?.notification).toContainEqual({ label: '部署服务器', text: 'app-server-1' });
    expect(report?.notification).toContainEqual({ label: '部署状态', text: '成功' });
    expect(report?.metrics['health_check.response_time']).toBe(35);
  });

  it('names step, server and phrase in each summary', async () => {
    const world = stubWorld();
    const summaries = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.end();
      const { events } = await run.handle.fetchHistory();
      return (events ?? []).flatMap((event) => {
        const data = event.userMetadata?.summary?.data;
        return data === undefined || data === null
          ? []
          : [JSON.parse(Buffer.from(data).toString()) as string];
      });
    });
    expect(summaries).toContain('6 app-server-1 从负载均衡器移除');
    expect(summaries).toContain('1 运行代码静态分析工具');
  });
});

describe('the lock', () => {
  it('lets a second run of the same environment wait until the first is done', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let first = true;
    let isHeld = false;
    const service = `locked-${Date.now()}`;
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { service }),
      before: async ({ name, server }) => {
        if (name !== 'service.stop' || server !== 'app-server-1' || !first) return;
        first = false;
        isHeld = true;
        await held;
        isHeld = false;
      },
    });
    const free = await world.activities.lookAtLock({ lockId: '' });
    world.activities.lookAtLock = async () =>
      isHeld ? { ...free, isFree: false, holder: 'another-run', execution: 'its-lock' } : free;
    world.activities.awaitLock = () => held;
    const [one, two, waiting] = await harness.with(world, async (start) => {
      const holder = await start(DEVELOPMENT);
      await holder.until((each) => each.activity.includes('停止应用服务'));
      const waiter = await start(DEVELOPMENT);
      const seen = await waiter.until((each) => each.lockWait !== undefined);
      release();
      return [await holder.end(), await waiter.end(), seen] as const;
    });
    expect(waiting.activity).toContain('another-run');
    expect(waiting.lockWait).toMatchObject({ holder: 'another-run' });
    expect(two.status.lockWait).toBeUndefined();
    expect([one.failure, two.failure]).toEqual([null, null]);
    const firstOfTwo = two.status.steps[5]?.tasks[0]?.startedAtMs ?? 0;
    const lastOfOne = one.status.steps[8]?.finishedAtMs ?? Infinity;
    expect(firstOfTwo).toBeGreaterThanOrEqual(lastOfOne);
  });
});

describe('other plans', () => {
  it('runs in English and without a notification step', async () => {
    const plan = { ...withoutNotification(SEED), success: [] };
    const world = stubWorld({
      resolve: () =>
        resolvedRun(DEVELOPMENT, { plan, language: 'en', warnings: ['no channel | set'] }),
    });
    const { status, failure, sheet } = await harness.with(world, async (start) => {
      const run = await start();
      const ended = await run.end();
      return { ...ended, sheet: await run.handle.query<string, []>('report') };
    });
    expect(failure).toBeNull();
    expect(status.language).toBe('en');
    expect(sheet).toContain('| # | Step | State | Duration | Evidence |');
    expect(sheet).toContain('no channel | set');
    expect(world.names()).not.toContain('measureOutcome');
    expect(world.names().filter((name) => name.startsWith('finishServer'))).toHaveLength(3);
  });

  it('counts the seconds without service', async () => {
    const { status } = await harness.run(stubWorld(), DEVELOPMENT);
    expect(status.withoutServiceMs).toBeGreaterThan(0);
  });

  it('counts none where no server was in the pool before', async () => {
    const server = { version: null, pool: 'absent' as const };
    const servers = { 'app-server-1': server, 'app-server-2': server, 'app-server-3': server };
    const { status, failure } = await harness.run(stubWorld({ servers }), DEVELOPMENT);
    expect(failure).toBeNull();
    expect(status.withoutServiceMs).toBe(0);
  });
});
