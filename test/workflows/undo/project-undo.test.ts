/** What the project's own actions did is undone: in its place, where it was done, once, or a person is asked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/plan/plan.ts';
import type { ProjectAction } from '../../../src/plan/settings.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubCall,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const [ONE, TWO, THREE] = ['app-server-1', 'app-server-2', 'app-server-3'] as const;
const DEVELOPMENT = { environment: 'development', servers: [ONE, TWO] };
const OLD = { version: 'v2.0.0', pool: 'ready' };
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function command(on: ProjectAction['on']): ProjectAction {
  return { argv: ['up'], on, timeoutSeconds: 10, undo: { argv: ['down'], timeoutSeconds: 20 } };
}

interface Stage extends StubOptions {
  readonly actions: Readonly<Record<string, ProjectAction>>;
  /** Action → the step at whose end it is. */
  readonly at: Readonly<Record<string, number>>;
  readonly plan?: Plan;
}

/** The seed's run of two servers with these actions at the end of some of its steps. */
function staged({ actions, at, plan, ...options }: Stage): StubWorld {
  const add = Object.entries(at).map(([phrase, step]) => ({
    step,
    phrase,
    task: { action: 'project.command' as const, settings: { name: phrase } },
  }));
  return stubWorld({
    resolve: () =>
      resolvedRun(DEVELOPMENT, {
        settings: { actions },
        overrides: { add },
        language: 'en',
        ...(plan !== undefined && { plan }),
      }),
    ...options,
  });
}

function failingAt(...names: readonly string[]): (call: StubCall) => void {
  return ({ name }) => {
    if (names.includes(name)) throw broken(`${name} is broken`);
  };
}

const UNDOES = /restore|readmit|remove|withdraw|undo/u;

/** What was undone, in that order: `name`, `name@server` or `undo command@server`. */
function undoneIn({ calls }: StubWorld): string[] {
  return calls
    .filter(({ name }) => UNDOES.test(name))
    .map(({ name, server, command: of }) => {
      const what = of === undefined ? name : `undo ${of}`;
      return server === null ? what : `${what}@${server}`;
    });
}

describe('an action with an undo', () => {
  it.each(['each-server', 'first-server'] as const)(
    'on %s is undone there, in its place among the others',
    async (on) => {
      const world = staged({
        actions: { Register: command(on) },
        at: { Register: 6 },
        before: failingAt('service.start'),
      });
      const { failure, status } = await harness.run(world);
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      const first = undoneIn(world).filter((each) => each.endsWith(ONE));
      expect(first).toEqual([
        `service.remove@${ONE}`,
        `config.restore@${ONE}`,
        `undo Register@${ONE}`,
        `service.restore@${ONE}`,
        `pool.readmit@${ONE}`,
      ]);
      const servers = on === 'each-server' ? [ONE, TWO] : [ONE];
      expect(world.undoInputs.map(({ server }) => server).toSorted()).toEqual(servers);
      expect(world.undoInputs[0]).toMatchObject({ step: 6, previousVersion: 'v2.0.0' });
      expect(status.rollback.join('\n')).toContain(`${ONE} undo "Register": undo ok`);
      expect(world.reports.at(-1)?.rollback.join('\n')).toContain('undo "Register"');
      for (const server of world.servers.values()) expect(server).toEqual(OLD);
    },
  );

  it('is undone where it failed itself, and not where it was not begun', async () => {
    const failing = staged({
      actions: { Register: command('each-server'), Later: command('each-server') },
      at: { Register: 6, Later: 8 },
      before: failingAt('project.command'),
    });
    const { failure } = await harness.run(failing);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(undoneIn(failing)).toContain(`undo Register@${ONE}`);
    expect(undoneIn(failing).join()).not.toContain('Later');
  });

  it('on the worker is undone once, after what came later on every server and before what came earlier', async () => {
    const world = staged({
      actions: { Migrate: command('worker') },
      at: { Migrate: 6 },
      before: failingAt('traffic.verify'),
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    const undone = undoneIn(world);
    const at = undone.indexOf('undo Migrate');
    const names = (part: readonly string[]) => [...new Set(part.map((each) => each.split('@')[0]))];
    expect(names(undone.slice(0, at)).toSorted()).toEqual([
      'config.restore',
      'pool.withdraw',
      'routes.restore',
      'service.remove',
    ]);
    expect(names(undone.slice(at + 1)).toSorted()).toEqual(['pool.readmit', 'service.restore']);
    expect(undone.filter((each) => each === 'undo Migrate')).toHaveLength(1);
    expect(world.undoInputs[0]).toMatchObject({
      servers: [ONE, TWO],
      previousVersion: 'v2.0.0',
      checkout: 'one',
      source: { kind: 'git' },
    });
    expect(status.rollback.join('\n')).toContain('undo "Migrate": undo ok');
    expect(failure?.message).toContain('undo "Migrate"');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('before anything was done to a server: the run is rolled back all the same', async () => {
    const seed = compiledSeed();
    const world = staged({
      actions: { Migrate: command('worker') },
      at: { Migrate: 1 },
      plan: { ...seed, rollback: [] },
      before: failingAt('tests.run'),
    });
    const { failure } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(undoneIn(world)).toEqual(['undo Migrate']);
    expect(world.undoInputs[0]?.previousVersion).toBeNull();
  });

  it('is not undone where the document says terminate, and the end says so', async () => {
    const world = staged({
      actions: { Migrate: command('worker') },
      at: { Migrate: 1 },
      before: failingAt('tests.run'),
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(undoneIn(world)).toEqual([]);
    expect(failure?.message).toContain('not rolled back: Migrate');
    expect(status.warnings.join('\n')).toContain('not rolled back: Migrate');
  });

  it('is told no version where the servers ran different ones', async () => {
    const world = staged({
      actions: { Migrate: command('worker') },
      at: { Migrate: 6 },
      servers: { [TWO]: { version: 'v1.9.0', pool: 'ready' } },
      before: failingAt('service.start'),
    });
    await harness.run(world);
    expect(world.undoInputs[0]?.previousVersion).toBeNull();
    expect(world.servers.get(TWO)?.version).toBe('v1.9.0');
  });

  it('goes on in another checkout where the worker of the first is gone', async () => {
    let left = 2;
    const world = staged({
      actions: { Migrate: command('worker') },
      at: { Migrate: 6 },
      before: ({ name }) => {
        if (name === 'service.start') throw broken('does not start');
        if (name !== 'project.undo' || left === 0) return;
        left -= 1;
        throw broken('the checkout is a new one', 'CHECKOUT_GONE');
      },
    });
    const { failure } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(world.undoInputs).toHaveLength(3);
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });
});

describe('an undo in batches', () => {
  it('of each batch is undone batch by batch, the last first, and the pool keeps its servers', async () => {
    const add = [
      {
        step: 6,
        phrase: 'Announce',
        task: { action: 'project.command' as const, settings: { name: 'Announce' } },
      },
    ];
    const resolve = () =>
      rollingRun(
        { minimumInPoolPercent: 50 },
        {},
        { settings: { actions: { Announce: command('each-batch') } }, overrides: { add } },
      );
    const world = stubWorld({ resolve, before: failingAt('report.write', 'routes.update') });
    let count = 0;
    const late = stubWorld({
      resolve,
      before: ({ name }) => {
        if (name === 'health.endpoint') count += 1;
        if (name === 'health.endpoint' && count === 4) throw broken('the last batch is ill');
      },
    });
    expect((await harness.run(world)).failure?.type).toBe('RUN_ROLLED_BACK');
    expect(world.undoInputs.map(({ servers }) => servers)).toEqual([[ONE]]);
    expect((await harness.run(late)).failure?.type).toBe('RUN_ROLLED_BACK');
    expect(late.undoInputs.map(({ servers }) => servers)).toEqual([
      ['app-server-4'],
      [TWO, THREE],
      [ONE],
    ]);
    for (const server of late.servers.values()) expect(server).toEqual(OLD);
    expect(late.fewestInPool()).toBeGreaterThanOrEqual(2);
  });
});

describe('an undo that is stuck', () => {
  function stuck(on: ProjectAction['on'], broke: (call: StubCall) => boolean) {
    const state = { isBroken: true };
    const world = staged({
      actions: { Migrate: command('worker'), Register: command(on) },
      at: { Migrate: 1, Register: 6 },
      plan: { ...compiledSeed(), rollback: [] },
      before: (call) => {
        if (call.name === 'service.start') throw broken('does not start');
        if (state.isBroken && broke(call)) throw broken('table in use', 'UNDO_FAILED');
      },
    });
    return { world, state };
  }

  it('on the worker holds up what came before it, and goes on after retry', async () => {
    const { world, state } = stuck('worker', ({ command: of, name }) => {
      return name === 'project.undo' && of === 'Register';
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.needsAttention).toContain('undo "Register": table in use');
      expect(waiting.questions?.[0]).toMatchObject({ kind: 'stuck_rollback' });
      const skip = waiting.questions?.[0]?.answers.find(({ word }) => word === 'skip');
      expect(skip?.would).toContain('undone by hand');
      expect(undoneIn(world).join()).not.toMatch(/service\.restore|readmit|undo Migrate/u);
      state.isBroken = false;
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(undoneIn(world).at(-1)).toBe('undo Migrate');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it.each(['worker', 'each-server'] as const)(
    'on %s counts as undone after skip, and the rest goes on',
    async (on) => {
      const { world } = stuck(on, ({ command: of, name, server }) => {
        return name === 'project.undo' && of === 'Register' && server !== TWO;
      });
      const { failure, status } = await harness.with(world, async (start) => {
        const run = await start(DEVELOPMENT);
        await run.until((each) => each.needsAttention !== null);
        if (on === 'each-server') expect(world.servers.get(TWO)).toEqual(OLD);
        await run.handle.executeUpdate('resolve', { args: [{ action: 'skip', by: 'alice' }] });
        return run.end();
      });
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      expect(status.warnings.join()).toMatch(/undo "Register": by hand/u);
      expect(undoneIn(world)).toContain('undo Migrate');
      for (const server of world.servers.values()) expect(server).toEqual(OLD);
    },
  );

  it('beside a server that is stuck: both are named, and each answer is for both', async () => {
    const { world, state } = stuck('worker', ({ command: of, name, server }) => {
      return (
        (name === 'project.undo' && of === 'Register') ||
        (name === 'config.restore' && server === TWO)
      );
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.needsAttention).toContain(TWO);
      expect(waiting.needsAttention).toContain('undo "Register"');
      expect(waiting.questions?.[0]?.answers.find(({ word }) => word === 'skip')?.would).toMatch(
        /undone by hand.*out of the pool/u,
      );
      state.isBroken = false;
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });
});
