/** Where the tasks run that need the checkout, and what happens where its worker is gone. */
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/actions/index.ts';
import type { ActionStep, Plan, PlanStep, Task } from '../../../src/plan/plan.ts';
import { buildQueueOf, isPlaceOf, placeQueueOf } from '../../../src/plan/queues.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness, type Started } from '../../support/run-harness.ts';
import {
  broken,
  goodFacts,
  STUB_PLACE,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development', servers: ['dev-server-1'] };
const SEED = compiledSeed();
/** Of a worker that nobody has started, unless a case does. */
const OTHER_PLACE = 'a'.repeat(12);
const BUILT = Object.values(ACTIONS).flatMap(({ id, runs }) => (runs === 'build' ? [id] : []));
const STEPS_1_TO_3 = SEED.steps.slice(0, 3).flatMap((step) => tasksOf(step));
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function tasksOf(step: PlanStep): string[] {
  return step.kind === 'action' ? step.tasks.map(({ action }) => action) : [];
}

/** What was done in checkouts, in that order. */
function built(world: StubWorld): string[] {
  return world.names().filter((name) => (BUILT as readonly string[]).includes(name));
}

/** One after the other, the last for ever. */
function inTurn(...places: readonly string[]) {
  const left = [...places];
  const asked: string[] = [];
  const take = async () => {
    const place = (left.length > 1 ? left.shift() : left[0]) ?? STUB_PLACE;
    asked.push(place);
    return { place };
  };
  return { take, asked };
}

/** The worker of an activity is found gone, or another checkout in its place, so many times. */
function goneAt(action: string, times = 1) {
  let left = times;
  return ({ name }: { readonly name: string }): void => {
    if (name !== action || left === 0) return;
    left -= 1;
    throw broken('the checkout is a new one', 'CHECKOUT_GONE');
  };
}

/** Activity → the queue that it was given to. */
async function queuesOf({ handle }: Started): Promise<ReadonlyMap<string, string>> {
  const { events } = await handle.fetchHistory();
  const { EVENT_TYPE_ACTIVITY_TASK_SCHEDULED } = proto.temporal.api.enums.v1.EventType;
  const scheduled = (events ?? []).filter(
    ({ eventType }) => eventType === EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  );
  return new Map(
    scheduled.map(({ activityTaskScheduledEventAttributes: each }) => [
      each?.activityType?.name ?? '',
      each?.taskQueue?.name ?? '',
    ]),
  );
}

function planOf(...steps: readonly PlanStep[]): Plan {
  return { ...SEED, steps, success: [] };
}

function step(number: number): PlanStep {
  const found = SEED.steps.find((each) => each.number === number);
  if (found === undefined) throw new Error(`the seed has no step ${number}`);
  return found;
}

/** Step 3 of the seed with some of its tasks, under a number. */
function building(number: number, ...actions: readonly string[]): ActionStep {
  const third = step(3);
  if (third.kind !== 'action') throw new Error('step 3 is no action step');
  const tasks = third.tasks.filter(({ action }) => actions.includes(action));
  return { ...third, number, tasks, criteria: [] };
}

describe('a checkout', () => {
  it('is taken once, and all that needs it goes to its worker, the rest to the project’s queue', async () => {
    const { take, asked } = inTurn(STUB_PLACE);
    const world = stubWorld({ take });
    const queues = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      expect((await run.end()).failure).toBeNull();
      return queuesOf(run);
    });
    expect(asked).toHaveLength(1);
    expect(queues.get('takeCheckout')).toBe(buildQueueOf(harness.taskQueue));
    for (const each of STEPS_1_TO_3)
      expect(queues.get(each), each).toBe(placeQueueOf(harness.taskQueue, STUB_PLACE));
    for (const each of ['resolveSource', 'service.start', 'config.update'])
      expect(queues.get(each), each).toBe(harness.taskQueue);
    expect(world.inputs.get('build.compile')?.checkout).toBe('one');
  });

  it('is not asked for by a run that needs none', async () => {
    const { take, asked } = inTurn(STUB_PLACE);
    const plan = planOf(...SEED.steps.filter(({ number }) => number === 6));
    const world = stubWorld({ take, resolve: () => resolvedRun(DEVELOPMENT, { plan }) });
    expect((await harness.run(world, DEVELOPMENT)).failure).toBeNull();
    expect(asked).toEqual([]);
  });

  it('is not asked for where the request skips all that needs it', async () => {
    const { take, asked } = inTurn(STUB_PLACE);
    const overrides = { skip: [1, 2, 3].map((each) => ({ step: each, reason: 'done in CI' })) };
    const plan = planOf(...SEED.steps.filter(({ number }) => number <= 4));
    const world = stubWorld({ take, resolve: () => resolvedRun(DEVELOPMENT, { plan, overrides }) });
    expect((await harness.run(world, DEVELOPMENT)).failure).toBeNull();
    expect(asked).toEqual([]);
  });

  it('S4: is not looked for on a queue that is none of the project’s places', async () => {
    const world = stubWorld({ take: async () => ({ place: 'elsewhere' }) });
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(failure?.message).toContain('elsewhere');
    expect(built(world)).toEqual([]);
  });
});

describe('a worker that is gone', () => {
  it('is followed to another one, where all that was done is done again, in that order', async () => {
    const { take, asked } = inTurn(STUB_PLACE, OTHER_PLACE);
    const other = await harness.serveQueue(placeQueueOf(harness.taskQueue, OTHER_PLACE));
    const world = stubWorld({ take, before: goneAt('image.build') });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    other.worker.shutdown();
    await other.ended;
    expect(failure).toBeNull();
    expect(asked).toEqual([STUB_PLACE, OTHER_PLACE]);
    const before = STEPS_1_TO_3.slice(0, STEPS_1_TO_3.indexOf('image.build'));
    expect(built(world)).toEqual([...before, 'image.build', ...STEPS_1_TO_3]);
    // Each is shown once, as it was done last, and the report says what happened.
    for (const number of [1, 2, 3])
      expect(status.steps[number - 1]?.tasks.map(({ state }) => state)).toEqual(
        tasksOf(step(number)).map(() => 'succeeded'),
      );
    expect(status.steps.map(({ state }) => state).slice(0, 3)).toEqual(Array(3).fill('succeeded'));
    expect(status.warnings.join()).toMatch(/machine-000.*步骤 1、2、3 .*machine-aaa/u);
    expect(status.steps[0]?.note).toContain('machine-aaa');
    expect(world.reports.at(-1)?.warnings.join()).toContain('machine-aaa');
  });

  it('has what it measured replaced: what fails there fails the run, and says which step', async () => {
    let measured = 0;
    const { take } = inTurn(STUB_PLACE, OTHER_PLACE);
    const other = await harness.serveQueue(placeQueueOf(harness.taskQueue, OTHER_PLACE));
    const world = stubWorld({
      take,
      before: goneAt('build.compile'),
      facts: ({ name }) => {
        if (name !== 'tests.verify') return null;
        measured += 1;
        const good = goodFacts('tests.verify', '');
        if (measured === 1) return good;
        return good.map((fact) => (fact.id === 'tests.pass_rate' ? { ...fact, value: 50 } : fact));
      },
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    other.worker.shutdown();
    await other.ended;
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 3, type: 'CRITERION_FAILED' });
    expect(status.failure?.message).toContain('步骤2在另一个 worker 上重新开始时失败');
    expect(status.steps[1]).toMatchObject({ state: 'failed' });
    expect(built(world)).not.toContain('image.build');
  });

  it('is given up after so many places, with the task’s own failure', async () => {
    let places = 0;
    const take = async () => ({ checkout: `${(places += 1)}` });
    const world = stubWorld({ take, before: goneAt('tests.run', Number.POSITIVE_INFINITY) });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 2, type: 'CHECKOUT_GONE' });
  }, 60_000);
});

describe('after the approval', () => {
  async function approved(world: StubWorld) {
    return harness.with(world, async (start) => {
      const run = await start({ environment: 'production' });
      await run.until(({ approval }) => approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
  }

  it('only the source is checked out again: nothing is tested or commanded twice', async () => {
    const settings = {
      actions: { smoke: { argv: ['true'], on: 'worker' as const, timeoutSeconds: 9 } },
    };
    const task: Task = { action: 'project.command', settings: { name: 'smoke' } };
    const add = [{ step: 8, phrase: 'smoke', task }];
    let places = 0;
    const world = stubWorld({
      take: async () => ({ checkout: `${(places += 1)}` }),
      before: goneAt('project.command'),
      resolve: () => resolvedRun({}, { settings, overrides: { add }, language: 'en' }),
    });
    const { failure, status } = await approved(world);
    expect(failure).toBeNull();
    expect(places).toBe(2);
    expect(built(world)).toEqual(STEPS_1_TO_3);
    expect(status.warnings.join()).toContain('the source was checked out again');
  });

  it('what was compiled before it is compiled again for an image that is built after it', async () => {
    const plan = planOf(
      step(2),
      building(3, 'build.compile', 'build.package'),
      step(5),
      building(6, 'image.build', 'image.push'),
    );
    let places = 0;
    const world = stubWorld({
      take: async () => ({ checkout: `${(places += 1)}` }),
      before: goneAt('image.push'),
      resolve: () => resolvedRun({}, { plan }),
    });
    const { failure } = await approved(world);
    expect(failure).toBeNull();
    const compiled = ['build.compile', 'build.package'];
    expect(built(world)).toEqual([
      ...tasksOf(step(2)),
      ...compiled,
      'image.build',
      'image.push',
      ...compiled,
      'image.build',
      'image.push',
    ]);
  });
});

describe('what a worker that builds says it has pushed', () => {
  it('S4: is not deployed where it is not read back', async () => {
    const world = stubWorld({
      confirm: () => {
        throw broken('another digest', 'PUSH_NOT_CONFIRMED');
      },
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 3, type: 'PUSH_NOT_CONFIRMED' });
    expect(world.names().some((name) => name.startsWith('service.'))).toBe(false);
  });

  it('S4: is deployed as it was read back', async () => {
    const image = { reference: 'hello@sha256:own', tag: 'own', digest: 'sha256:own' };
    const world = stubWorld({ confirm: () => image });
    expect((await harness.run(world, DEVELOPMENT)).failure).toBeNull();
    expect(world.inputs.get('service.start@dev-server-1')?.image).toEqual(image);
  });
});

it('S4: a place is a name of the project’s own', () => {
  expect(isPlaceOf('shop', placeQueueOf('shop', STUB_PLACE))).toBe(true);
  for (const other of ['shop', 'shop-build', 'shop-build-0', 'bank-build-000000000000', ''])
    expect(isPlaceOf('shop', other), other).toBe(false);
});
