/** Plans and failures at their edges: nothing to do, nothing to show, nothing in time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import type { RunStatus } from '../../src/workflows/messages.ts';
import { compiledSeed } from '../support/compiled-seed.ts';
import { deferred } from '../support/deferred.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../support/run-harness.ts';
import { broken, stubWorld } from '../support/stub-activities.ts';
import { createTimeSkipping } from '../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const SEED = compiledSeed();
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

const LISTS = ['steps', 'servers', 'rollback', 'warnings', 'refusals'] as const;
function expectLists(status: RunStatus): void {
  for (const list of LISTS) expect(status[list], list).toBeInstanceOf(Array);
  for (const step of status.steps) {
    expect(step.criteria).toBeInstanceOf(Array);
    expect(step.tasks).toBeInstanceOf(Array);
  }
}

describe('a run that has no plan', () => {
  it('answers every query, with lists that are empty', async () => {
    const world = stubWorld({
      resolve: () => {
        throw broken('no such template', 'UNKNOWN_TEMPLATE');
      },
    });
    const [status, plan, sheet] = await harness.with(world, async (start) => {
      const run = await start();
      const ended = await run.end();
      return [
        ended.status,
        await run.handle.query<Plan | null, []>('plan'),
        await run.handle.query<string, []>('report'),
      ] as const;
    });
    expectLists(status);
    expect(status.steps).toEqual([]);
    expect(status).toMatchObject({ title: 'deployment_workflow_v1', outcome: 'failed' });
    expect(plan).toBeNull();
    expect(sheet).toContain('failed');
  });

  it('answers while the template is still read', async () => {
    const held = deferred();
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { plan: SEED }),
      before: async ({ name }) => {
        if (name === 'resolvePlan') await held.promise;
      },
    });
    const early = await harness.with(world, async (start) => {
      const run = await start();
      const status = await run.status();
      held.resolve();
      expect((await run.end()).failure).toBeNull();
      return status;
    });
    expectLists(early);
    expect(early.outcome).toBe('running');
  });
});

describe('a plan at its edge', () => {
  it('without any step ends at once', async () => {
    const plan = { ...SEED, steps: [], success: [] };
    const world = stubWorld({ resolve: () => resolvedRun(DEVELOPMENT, { plan }) });
    const { failure, result, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(result).toMatchObject({ outcome: 'succeeded', imageDigest: null });
    expect(world.names()).toEqual(['resolvePlan']);
    expectLists(status);
  });

  it('without a presentation shows numbers and ids', async () => {
    const presentation = { ...SEED.presentation, title: '', steps: [] };
    const plan = { ...SEED, presentation };
    const world = stubWorld({ resolve: () => resolvedRun(DEVELOPMENT, { plan }) });
    world.activities['code.lint'] = async () => ({
      facts: [
        { id: 'code.style_ok', value: true },
        { id: 'code.serious_findings', value: 0 },
      ],
      evidence: [],
    });
    const { failure, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.title).toBe('deployment_workflow_v1');
    expect(status.steps[0]).toMatchObject({ title: '1' });
    expect(status.steps[0]?.tasks[0]?.text).toBe('code.analyze');
    expect(status.steps[0]?.criteria[0]?.text).not.toBe('');
  });
});

describe('an approval at its edge', () => {
  it('G1 fails where the environment is not listed: it is nobody’s to approve', async () => {
    const steps = SEED.steps.map((step) =>
      step.kind === 'approval' ? { ...step, approvers: { elsewhere: ['ops_lead'] } } : step,
    );
    const world = stubWorld({
      resolve: () => resolvedRun({}, { plan: { ...SEED, steps }, language: 'en' }),
    });
    const { failure, status } = await harness.with(world, async (start) => (await start()).end());
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure?.type).toBe('POLICY_UNSATISFIABLE');
    expect(world.names().filter((name) => name.startsWith('announce'))).toEqual([]);
    expect(world.names()).not.toContain('pool.drain@app-server-1');
  });

  it('asks the roles that are listed, and says why it was refused', async () => {
    const steps = SEED.steps.map((step) =>
      step.kind === 'approval' ? { ...step, approvers: { production: ['ops_lead'] } } : step,
    );
    const world = stubWorld({
      resolve: () => resolvedRun({}, { plan: { ...SEED, steps }, language: 'en' }),
    });
    world.activities.announceApproval = async ({ kind }) => ({
      delivered: [],
      failed: kind === 'request' ? ['slack: 500'] : [],
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      const waiting = await run.until((each) => each.approval !== null && each.warnings.length > 0);
      expect(waiting.approval?.roles).toEqual(['运维负责人']);
      expect(waiting.warnings).toContain('approval notice not delivered: slack: 500');
      await run.handle.signal('reject', { by: 'bob' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_REJECTED');
    expect(status.failure?.message).toBe('rejected by bob (运维负责人)');
    expectLists(status);
  });

  it('is told what the request adds and what runs now', async () => {
    const task = { action: 'project.command' as const, settings: { name: '数据库迁移验证' } };
    const add = [{ step: 8, phrase: '数据库迁移验证', task }];
    const absent = { version: null, pool: 'absent' as const };
    const world = stubWorld({
      servers: { 'app-server-1': absent },
      resolve: () => resolvedRun({}, { plan: SEED, overrides: { add } }),
    });
    await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null && world.announced.length > 0);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    const lines = world.announced[0]?.lines.join('\n') ?? '';
    expect(lines).toContain('步骤8增加：数据库迁移验证');
    expect(lines).toContain('app-server-1: – → v2.1.0');
    expect(lines).toContain('app-server-2: v2.0.0 → v2.1.0');
  });
});

describe('a lock that cannot be seen', () => {
  it('is looked at less and less often, and the run says so', async () => {
    const world = stubWorld({ resolve: () => resolvedRun(DEVELOPMENT, { language: 'en' }) });
    const activities = world.activities as { lookAtLock: (...given: unknown[]) => unknown };
    const { lookAtLock } = activities;
    let failures = 10;
    activities.lookAtLock = async (...given) => {
      failures -= 1;
      if (failures >= 0) throw broken('the server says nothing');
      return lookAtLock(...given);
    };
    await harness.with(world, async (start) => {
      const run = await start();
      await expect
        .poll(async () => (await run.status()).activity, { timeout: 30_000 })
        .toContain('cannot be seen, and is looked at again: the server says nothing');
      expect((await run.end()).failure).toBeNull();
      const { events } = await run.handle.fetchHistory();
      const pauses = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
        timer === null || timer === undefined
          ? []
          : [Number(timer.startToFireTimeout?.seconds ?? 0)],
      );
      expect(pauses.slice(0, 10)).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    });
  });
});
