/** What runs beside the steps, and what is undone beside a server that is down; on the real dev server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BALANCERS } from '../../../src/config/balancers/index.ts';
import { deferred } from '../../support/deferred.ts';
import { resolvedRun, SETTINGS } from '../../support/resolved-run.ts';
import { FOUR, rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createLocal } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const OLD = { version: 'v2.0.0', pool: 'ready' };
const [FIRST = '', SECOND = '', THIRD = '', FOURTH = ''] = FOUR;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

const { capabilities } = BALANCERS.haproxy;
const HAPROXY = { balancer: { ...SETTINGS.balancer, kind: 'haproxy', capabilities } };

function behindHaproxy(options: StubOptions = {}): StubWorld {
  return stubWorld({
    resolve: () => resolvedRun(DEVELOPMENT, { settings: HAPROXY }),
    ...options,
  });
}

function count({ calls }: StubWorld, name: string): number {
  return calls.filter((call) => call.name === name).length;
}

describe('the guard of the pool', () => {
  it('is there from the lock to the end, once, in front of a real balancer only', async () => {
    const guarded = behindHaproxy();
    const { failure, status } = await harness.run(guarded);
    expect(failure).toBeNull();
    expect(status.warnings).toEqual([]);
    expect(count(guarded, 'guardPool')).toBe(1);
    const names = guarded.names();
    const lastProbe = names.findLastIndex((name) => name.startsWith('probeServer'));
    expect(names.indexOf('guardPool')).toBeGreaterThan(lastProbe);
    const embedded = stubWorld();
    await harness.run(embedded, DEVELOPMENT);
    expect(count(embedded, 'guardPool')).toBe(0);
  });

  it('warns where it fails, and fails nothing', async () => {
    const world = behindHaproxy({
      before: ({ name }) => {
        if (name === 'guardPool') throw broken('no such pool');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.warnings.join()).toContain('no such pool');
  });

  it('watches over the undo too, also where the run is cancelled', async () => {
    let guardEnded = false;
    let endedBeforeUndo = false;
    const world = behindHaproxy({
      before: ({ name }) => {
        if (name === 'service.start') throw broken('does not start');
        if (name === 'pool.readmit') endedBeforeUndo ||= guardEnded;
      },
    });
    const { guardPool } = world.activities;
    world.activities.guardPool = async (input) => {
      try {
        return await guardPool(input);
      } finally {
        guardEnded = true;
      }
    };
    const { failure } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect({ guardEnded, endedBeforeUndo }).toEqual({ guardEnded: true, endedBeforeUndo: false });
  });
});

describe('cancelling a rolling run', () => {
  it.each(['service.start', 'traffic.verify'])(
    'in its second batch, at %s, switches the first one back too',
    async (action) => {
      let cancel: () => Promise<unknown> = async () => undefined;
      let calls = 0;
      const world = stubWorld({
        resolve: () => rollingRun({ pauseSeconds: 0 }),
        before: async ({ name, server }) => {
          if (name !== action || server === FIRST) return;
          calls += 1;
          // traffic.verify is asked once a batch.
          if (calls === (action === 'traffic.verify' ? 2 : 1)) await cancel();
        },
      });
      const { failure, status } = await harness.with(world, async (start) => {
        const run = await start();
        cancel = () => run.handle.cancel();
        return run.end();
      });
      expect(failure?.type).toBe('CancelledFailure');
      expect(status.outcome).toBe('cancelled');
      expect(world.names()).not.toContain(`pool.drain@${FOURTH}`);
      for (const server of world.servers.values()) expect(server).toEqual(OLD);
      expect(world.fewestInPool()).toBeGreaterThan(0);
    },
  );

  it('in the pause between batches', async () => {
    const world = stubWorld({ resolve: () => rollingRun({ pauseSeconds: 3600 }) });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.activity.includes('间隔'));
      await run.handle.cancel();
      return run.end();
    });
    expect(failure?.type).toBe('CancelledFailure');
    expect(status.failure?.step).toBe(9);
    expect(world.servers.get(FIRST)).toEqual(OLD);
  });
});

describe('undoing beside a server that is down', () => {
  it('does not wait for it: the others are switched back meanwhile', async () => {
    const restored: string[] = [];
    let downFor = 0;
    const world = stubWorld({
      before: async ({ name, server }) => {
        if (name === 'pool.enable' && server === SECOND) throw broken('frozen');
        if (name === 'pool.readmit' && server !== null) restored.push(server);
        if (name !== 'pool.withdraw' || server !== SECOND) return;
        const startedMs = Date.now();
        while (restored.length < 2 && Date.now() - startedMs < 8000) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        downFor = Date.now() - startedMs;
      },
    });
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(restored.slice(0, 2).sort()).toEqual([FIRST, THIRD]);
    expect(downFor).toBeLessThan(8000);
  });

  it('shows at once what is stuck, then what every server says', async () => {
    let isDown = true;
    let probes = 0;
    const shown = deferred();
    const world = stubWorld({
      before: async ({ name, server }) => {
        if (name === 'service.start') throw broken('does not start');
        if (name === 'service.restore' && server === SECOND && isDown) throw broken('no route');
        if (name !== 'probeServer' || !isDown || server !== SECOND) return;
        probes += 1;
        if (probes < 2) return;
        await shown.promise;
        throw broken('frozen');
      },
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const early = await run.until((each) => each.needsAttention !== null);
      expect(early.needsAttention).toContain(`${SECOND} 恢复旧版本服务: no route`);
      expect(early.needsAttention).toContain(`${FIRST} v2.0.0 (已挂载)`);
      expect(early.needsAttention).not.toContain('frozen');
      shown.resolve();
      const late = await run.until((each) => each.needsAttention?.includes('frozen') === true);
      expect(late.servers.map((each) => each.version)).toEqual(['v2.0.0', null, 'v2.0.0']);
      expect(late.servers[1]?.doing).toContain('⚠');
      isDown = false;
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.needsAttention).toBeNull();
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('goes on with a server’s place in the pool where a person skips that', async () => {
    const world = stubWorld({
      before: ({ name, server }) => {
        if (name === 'service.start') throw broken('does not start');
        if (name === 'pool.readmit' && server === SECOND) throw broken('no such backend');
      },
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await run.handle.signal('skip', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.warnings.join()).toContain(`${SECOND} 放回负载均衡池：人工处理`);
    expect(status.servers[1]?.excluded).toBeUndefined();
  });
});
