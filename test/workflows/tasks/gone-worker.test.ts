/** Time-outs of tasks in a checkout, as the server tells them: nobody took it, or no more heartbeat came. */
import { TimeoutFailure, TimeoutType } from '@temporalio/common';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { WORKER_ENDS } from '../../../src/actions/liveness.ts';
import type { Plan, Task } from '../../../src/plan/plan.ts';
import { buildQueueOf } from '../../../src/plan/queues.ts';
import { interpreter } from '../../../src/workflows/interpreter.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { runInProcess } from '../../support/in-process.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import {
  IN_PROCESS_QUEUE,
  type StubCall,
  type StubOptions,
  stubWorld,
} from '../../support/stub-activities.ts';

// Files of one process share what they import: the interpreter is loaded for this file, and again after it.
vi.hoisted(() => vi.resetModules());
afterAll(() => vi.resetModules());

vi.mock('@temporalio/workflow', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  ...(await import('../../support/in-process.ts')).inProcess,
}));

const SEED = compiledSeed();
const [ONE, TWO] = ['1'.repeat(12), '2'.repeat(12)];
const SMOKE = { smoke: { argv: ['true'], on: 'worker', timeoutSeconds: 9 } } as const;

async function runWith(
  options: StubOptions,
  { plan = SEED, servers = ['a', 'b', 'c'] }: { plan?: Plan; servers?: readonly string[] } = {},
) {
  const parameters = { environment: 'development', servers };
  const resolve = () => resolvedRun(parameters, { plan, settings: { actions: SMOKE } });
  const world = stubWorld({ resolve, ...options });
  const ended = await runInProcess(interpreter, world, () => 1);
  return { world, ...ended };
}

/** Places one after the other, the last for ever; and how often one was asked for. */
function inTurn(...places: readonly (string | undefined)[]) {
  const left = [...places];
  const take = vi.fn(async () => {
    const [place] = left.length > 1 ? left.splice(0, 1) : left;
    return { ...(place !== undefined && { place }) };
  });
  return take;
}

/** The first attempts of an activity end by this time-out. */
function timedOut(activity: string, type: TimeoutType, times = 1) {
  let left = times;
  return ({ name }: StubCall): void => {
    if (name !== activity || left === 0) return;
    left -= 1;
    throw new TimeoutFailure('timed out', undefined, type);
  };
}

function count(names: readonly string[], name: string): number {
  return names.filter((each) => each === name).length;
}

describe('a task that nobody takes', () => {
  it('is done again on another worker, after what was done before it', async () => {
    const take = inTurn(ONE, TWO);
    const before = timedOut('tests.run', TimeoutType.SCHEDULE_TO_START);
    const { failure, world, status } = await runWith({ take, before });
    expect(failure).toBeNull();
    expect(take).toHaveBeenCalledTimes(2);
    expect(count(world.names(), 'code.lint')).toBe(2);
    expect(status.warnings.join()).toContain('machine-222');
  });

  it('goes on waiting where the same worker is found again, and nothing is done twice', async () => {
    const take = inTurn(ONE);
    const before = timedOut('tests.run', TimeoutType.SCHEDULE_TO_START, 5);
    const { failure, world, status } = await runWith({ take, before });
    expect(failure).toBeNull();
    expect(take).toHaveBeenCalledTimes(6);
    expect(count(world.names(), 'code.lint')).toBe(1);
    expect(count(world.names(), 'tests.run')).toBe(6);
    expect(status.warnings).toEqual([]);
  });

  it('fails the run where it is never taken, though its worker answers', async () => {
    const before = timedOut('tests.run', TimeoutType.SCHEDULE_TO_START, 1000);
    const { failure, status } = await runWith({ take: inTurn(ONE), before });
    expect(failure).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 2, type: 'TIMED_OUT' });
  });

  it('NO_BUILD_WORKER: fails the run where nobody builds, and says what to start', async () => {
    const take = async () => {
      throw new TimeoutFailure('timed out', undefined, TimeoutType.SCHEDULE_TO_START);
    };
    const { failure, status, world } = await runWith({ take });
    expect(failure).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 1, type: 'NO_BUILD_WORKER' });
    expect(status.failure?.message).toContain(buildQueueOf(IN_PROCESS_QUEUE));
    expect(status.failure?.message).toContain('runsheet worker --role build');
    expect(world.names()).not.toContain('code.lint');
  });

  it('moves once, where it is one task of a step on servers at once', async () => {
    const tasks: readonly Task[] = [
      { action: 'pool.drain', settings: {} },
      { action: 'project.command', settings: { name: 'smoke' } },
    ];
    const [sixth] = SEED.steps.filter(({ kind }) => kind === 'parallel');
    if (sixth?.kind !== 'parallel') throw new Error('the seed has no parallel step');
    const plan = { ...SEED, steps: [{ ...sixth, tasks, criteria: [] }], success: [] };
    const take = inTurn(ONE, TWO);
    const before = timedOut('project.command', TimeoutType.SCHEDULE_TO_START);
    const { failure, world } = await runWith({ take, before }, { plan });
    expect(failure).toBeNull();
    expect(take).toHaveBeenCalledTimes(2);
    expect(count(world.names(), 'project.command')).toBe(2);
    expect(world.names().filter((name) => name.startsWith('pool.drain'))).toHaveLength(3);
  });
});

describe('a task whose heartbeats end', () => {
  it('is begun again where the checkout is, where its worker is back', async () => {
    const take = inTurn(ONE, TWO);
    const before = timedOut('tests.run', TimeoutType.HEARTBEAT, 3);
    const { failure, world } = await runWith({ take, before });
    expect(failure).toBeNull();
    expect(take).toHaveBeenCalledTimes(1);
    expect(count(world.names(), 'tests.run')).toBe(4);
    expect(count(world.names(), 'code.lint')).toBe(1);
  });

  it('is done again on another worker where nobody takes it then', async () => {
    const take = inTurn(ONE, TWO);
    const silent = timedOut('tests.run', TimeoutType.HEARTBEAT);
    const nobody = timedOut('tests.run', TimeoutType.SCHEDULE_TO_START);
    const { failure, world, status } = await runWith({
      take,
      before: (call) => {
        silent(call);
        nobody(call);
      },
    });
    expect(failure).toBeNull();
    expect(take).toHaveBeenCalledTimes(2);
    expect(count(world.names(), 'tests.run')).toBe(3);
    expect(count(world.names(), 'code.lint')).toBe(2);
    expect(status.warnings.join()).toContain('machine-222');
  });

  it.each([
    ['tests.run', 2, 1 + WORKER_ENDS],
    ['project.command', 3, 1],
  ])('%s has failed where it was begun as often as it may be', async (name, step, times) => {
    const task: Task = { action: 'project.command', settings: { name: 'smoke' } };
    const steps = SEED.steps.map((each) =>
      each.number === 3 && each.kind === 'action' ? { ...each, tasks: [task] } : each,
    );
    const before = timedOut(name, TimeoutType.HEARTBEAT, 1000);
    const { status, world } = await runWith(
      { take: inTurn(ONE, TWO), before },
      { plan: { ...SEED, steps } },
    );
    expect(status.failure).toMatchObject({ step, type: 'TIMED_OUT' });
    expect(count(world.names(), name)).toBe(times);
  });
});
