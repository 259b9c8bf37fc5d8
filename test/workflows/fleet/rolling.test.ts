/** Batch by batch: the canary, the pauses, the failure budget, the floor, and the way back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RollingRule } from '../../../src/plan/plan.ts';
import type { ProjectAction } from '../../../src/plan/settings.ts';
import type { RunStatus } from '../../../src/workflows/messages.ts';
import { FOUR, rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubCall,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const OLD = { version: 'v2.0.0', pool: 'ready' };
const NEW = { version: 'v2.1.0', pool: 'ready' };
const [FIRST = '', SECOND = '', THIRD = '', FOURTH = ''] = FOUR;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function world(rule: Partial<RollingRule> = {}, options: StubOptions = {}): StubWorld {
  return stubWorld({ resolve: () => rollingRun(rule), ...options });
}

/** Fails these calls, named `action@server`. */
function failing(...calls: readonly string[]): Pick<StubOptions, 'before'> {
  return {
    before: ({ name, server }) => {
      if (calls.includes(`${name}@${server}`)) throw broken(`${name} is broken`);
    },
  };
}

/** The servers in the order in which something was first done to them. */
function turns({ calls }: StubWorld, name: string): (string | null)[] {
  return calls.filter((call) => call.name === name).map((call) => call.server);
}

function versions({ servers }: StubWorld): Record<string, string | null> {
  return Object.fromEntries([...servers].map(([name, { version }]) => [name, version]));
}

function excluded({ servers }: RunStatus): Record<string, string | undefined> {
  return Object.fromEntries(servers.map((each) => [each.name, each.excluded]));
}

describe('a project action in a batched step', () => {
  const name = '预热';
  const task = { action: 'project.command' as const, settings: { name } };
  const withAction = (on: ProjectAction['on'], options: StubOptions = {}): StubWorld => {
    const settings = { actions: { [name]: { argv: ['warm'], on, timeoutSeconds: 10 } } };
    const add = [7, 8].map((step) => ({ step, phrase: name, task }));
    const resolve = () => rollingRun({}, {}, { settings, overrides: { add } });
    return stubWorld({ resolve, ...options });
  };
  const done = (batched: StubWorld): number => turns(batched, 'project.command').length;

  it.each([
    ['worker', 1],
    ['each-batch', 3],
    ['first-server', 1],
    ['each-server', 4],
  ] as const)('B16 on %s runs %i times in each of its steps', async (on, times) => {
    const batched = withAction(on);
    const { failure } = await harness.run(batched);
    expect(failure).toBeNull();
    expect(done(batched)).toBe(2 * times);
    for (const server of batched.servers.values()) expect(server).toEqual(NEW);
  });

  it('B16 on worker that does not pass stops the first batch', async () => {
    const facts: StubOptions['facts'] = ({ name: called }) =>
      called === 'project.command' ? [{ id: 'command.passed', value: false }] : null;
    const batched = withAction('worker', { facts });
    const { failure } = await harness.run(batched);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(versions(batched)[FOURTH]).toBe(OLD.version);
    expect(turns(batched, 'service.start')).toEqual([FIRST]);
  });
});

describe('a rolling run', () => {
  it('takes all its steps to the canary, then to each batch, and judges them together', async () => {
    const rolling = world();
    const { failure, result, status } = await harness.run(rolling);
    expect(failure).toBeNull();
    const work = rolling.calls.filter(({ name }) =>
      ['pool.drain', 'pool.enable', 'traffic.verify', 'observeServers'].includes(name),
    );
    const order = work.map(({ name, server }) => `${name} ${server ?? ''}`.trim());
    expect(order.slice(0, 4)).toEqual([
      `pool.drain ${FIRST}`,
      `pool.enable ${FIRST}`,
      'traffic.verify',
      'observeServers',
    ]);
    expect(order.slice(4, 6).sort()).toEqual([`pool.drain ${SECOND}`, `pool.drain ${THIRD}`]);
    expect(order.at(-2)).toBe(`pool.enable ${FOURTH}`);
    expect(turns(rolling, 'measureOutcome')).toHaveLength(1);
    for (const server of rolling.servers.values()) expect(server).toEqual(NEW);
    expect(status.steps.slice(5, 9).map((step) => [step.state, step.note])).toEqual(
      Array(4).fill(['succeeded', '批次 3/3']),
    );
    expect(status.batch).toBeNull();
    expect(result).toMatchObject({ servers: FOUR, excluded: [], withoutServiceMs: 0 });
  });

  it('never leaves the pool empty, and knows it', async () => {
    const rolling = world();
    const { status } = await harness.run(rolling);
    expect(rolling.fewestInPool()).toBe(2);
    expect(status.withoutServiceMs).toBe(0);
    const whole = stubWorld({
      resolve: () => rollingRun({ batches: [{ kind: 'percent', percent: 100 }] }),
    });
    await harness.run(whole);
    expect(whole.fewestInPool()).toBe(0);
  });

  it('does not count a server that an operator keeps out as serving', async () => {
    const rolling = world({}, { servers: { [SECOND]: { version: 'v2.0.0', pool: 'maint' } } });
    const { failure, status } = await harness.run(rolling);
    expect(failure).toBeNull();
    expect(status.servers.map((each) => each.pool)).toEqual(['in', 'out', 'in', 'in']);
  });

  it('says which batch it is at, and gives each activity the servers of its batch alone', async () => {
    let seen: RunStatus | undefined;
    const rolling = world(
      { minimumInPoolPercent: 50 },
      {
        before: async ({ name, server }) => {
          if (name === 'service.start' && server === SECOND) seen = await started?.status();
        },
      },
    );
    let started: { status(): Promise<RunStatus> } | undefined;
    await harness.with(rolling, async (start) => {
      const run = await start();
      started = run;
      return run.end();
    });
    expect(seen?.batch).toEqual({ index: 2, count: 3, servers: [SECOND, THIRD] });
    expect(rolling.inputs.get('traffic.verify')?.servers).toEqual([FOURTH]);
    expect(rolling.inputs.get(`service.start@${SECOND}`)?.servers).toEqual([SECOND]);
    expect(rolling.inputs.get(`pool.drain@${FIRST}`)?.settings).toEqual({
      minimumInPoolPercent: 50,
    });
    expect(rolling.inputs.get(`service.stop@${FIRST}`)?.settings).toEqual({});
  });

  it('waits between batches for as long as the rule says', async () => {
    const at: number[] = [];
    const rolling = world(
      { pauseSeconds: 600 },
      {
        before: async ({ name }) => {
          if (name === 'pool.drain') at.push(await harness.env.currentTimeMs());
        },
      },
    );
    await harness.run(rolling);
    const [first = 0, second = 0] = at;
    expect(second - first).toBeGreaterThanOrEqual(600_000);
  });

  it('leaves a step of the group out in every batch', async () => {
    const rolling = stubWorld({
      resolve: () =>
        rollingRun({}, {}, { overrides: { skip: [{ step: 8, reason: 'checked by hand' }] } }),
    });
    const { status } = await harness.run(rolling);
    expect(turns(rolling, 'health.endpoint')).toEqual([]);
    expect(status.steps[7]?.state).toBe('skipped');
  });

  it('does what is done once on the first server of the run, not of each batch', async () => {
    const task = { action: 'project.command' as const, settings: { name: '数据库迁移验证' } };
    const add = [{ step: 8, phrase: '数据库迁移验证', task }];
    const rolling = stubWorld({ resolve: () => rollingRun({}, {}, { overrides: { add } }) });
    expect((await harness.run(rolling)).failure).toBeNull();
    expect(turns(rolling, 'project.command')).toEqual([FIRST]);
  });
});

describe('the canary', () => {
  it('stops the run where it is unhealthy: nothing else was touched', async () => {
    const rolling = world(
      { failureBudget: 2 },
      {
        before: ({ name }) => {
          if (name === 'observeServers') throw broken('two bad answers', 'CANARY_UNHEALTHY');
        },
      },
    );
    const { failure, status } = await harness.run(rolling);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.failure).toMatchObject({ step: 9, type: 'CANARY_UNHEALTHY' });
    expect(turns(rolling, 'pool.drain')).toEqual([FIRST]);
    for (const server of rolling.servers.values()) expect(server).toEqual(OLD);
  });

  it('is not covered by the budget where it is one server', async () => {
    const rolling = world({ failureBudget: 2 }, failing(`service.start@${FIRST}`));
    const { failure, status } = await harness.run(rolling);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.failure?.step).toBe(7);
    expect(turns(rolling, 'pool.drain')).toEqual([FIRST]);
  });

  it('of several servers may lose one to the budget', async () => {
    const batches = [{ kind: 'count' as const, servers: 2 }];
    const rolling = world({ batches, failureBudget: 1 }, failing(`service.start@${SECOND}`));
    const { failure, result } = await harness.run(rolling);
    expect(failure).toBeNull();
    expect(result).toMatchObject({ servers: [FIRST, THIRD, FOURTH] });
  });

  it('is not observed where it is the only batch, or for no time', async () => {
    const whole = world({ batches: [{ kind: 'percent', percent: 100 }] });
    await harness.run(whole);
    const unobserved = world({ observeSeconds: 0, pauseSeconds: 0 });
    await harness.run(unobserved);
    expect(turns(whole, 'observeServers')).toEqual([]);
    expect(turns(unobserved, 'observeServers')).toEqual([]);
  });

  it('is held against the error rate of the document', async () => {
    const rolling = world();
    let limit: number | null | undefined;
    const { observeServers } = rolling.activities;
    rolling.activities.observeServers = async (input) => {
      limit = input.maximumErrorPercent;
      return observeServers(input);
    };
    await harness.run(rolling);
    expect(limit).toBe(1);
  });
});

describe('a failure in a later batch', () => {
  it('switches the earlier batches back too, and never empties the pool', async () => {
    const rolling = world({}, failing(`service.start@${SECOND}`));
    const { failure, status } = await harness.run(rolling);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(failure?.message).toContain(SECOND);
    for (const server of rolling.servers.values()) expect(server).toEqual(OLD);
    expect(turns(rolling, 'pool.drain')).not.toContain(FOURTH);
    expect(status.withoutServiceMs).toBe(0);
    expect(rolling.fewestInPool()).toBeGreaterThan(0);
    const states = status.steps.slice(5, 9).map((step) => step.state);
    expect(states).toEqual(['rolled_back', 'failed', 'succeeded', 'rolled_back']);
  });

  it.each([
    [50, 3, 3],
    [0, 5, 1],
  ])(
    'with a floor of %d percent keeps %d of six in the pool: %d at a time',
    async (floor, kept, atOnce) => {
      const servers = Array.from({ length: 6 }, (_, index) => `web-${index + 1}`);
      const going = { now: 0, most: 0 };
      const rolling = stubWorld({
        resolve: () =>
          rollingRun(
            {
              batches: [{ kind: 'count', servers: 1 }],
              minimumInPoolPercent: floor,
              pauseSeconds: 0,
            },
            { servers },
          ),
        before: async ({ name }) => {
          if (name === 'measureOutcome') throw broken('too many errors');
          if (name === 'pool.withdraw') going.now += 1;
          going.most = Math.max(going.most, going.now);
          if (name === 'service.restore') {
            await expect.poll(() => going.most).toBeGreaterThanOrEqual(atOnce);
          }
          if (name === 'pool.readmit') going.now -= 1;
        },
      });
      const { failure } = await harness.run(rolling);
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      for (const server of rolling.servers.values()) expect(server).toEqual(OLD);
      expect(rolling.fewestInPool()).toBeGreaterThanOrEqual(kept);
      expect(going.most).toBe(atOnce);
    },
  );
});

describe('the failure budget', () => {
  it('lets a server fail, puts it back alone, and says so everywhere', async () => {
    const rolling = world({ failureBudget: 1 }, failing(`health.endpoint@${THIRD}`));
    const { failure, result, status } = await harness.run(rolling);
    expect(failure).toBeNull();
    expect(versions(rolling)).toEqual({
      [FIRST]: 'v2.1.0',
      [SECOND]: 'v2.1.0',
      [THIRD]: 'v2.0.0',
      [FOURTH]: 'v2.1.0',
    });
    expect(rolling.servers.get(THIRD)).toEqual(OLD);
    expect(result).toMatchObject({ outcome: 'succeeded', servers: [FIRST, SECOND, FOURTH] });
    expect((result as { excluded: string[] }).excluded).toEqual([
      expect.stringMatching(/app-server-3: .*health\.endpoint is broken → 已恢复 v2\.0\.0/u),
    ]);
    expect(excluded(status)[THIRD]).toContain('已恢复 v2.0.0');
    expect(status.warnings.join()).toContain('允许失败台数 1/1');
    expect(rolling.reports.at(-1)?.warnings.join()).toContain(THIRD);
    expect(rolling.reports.at(-1)?.servers).toEqual([FIRST, SECOND, FOURTH]);
    expect(status.rollback).toEqual([]);
    expect(turns(rolling, 'finishServer').sort()).toEqual([FIRST, SECOND, FOURTH]);
  });

  it('does not count the facts of a server that was left out', async () => {
    const rolling = world(
      { failureBudget: 1 },
      {
        facts: ({ name, server }) =>
          name === 'health.performance' && server === SECOND
            ? [
                { id: 'health_check.response_time', value: 9000 },
                { id: 'service.error_rate', value: 90 },
              ]
            : null,
      },
    );
    const { failure, status } = await harness.run(rolling);
    expect(failure).toBeNull();
    const time = status.steps[7]?.criteria.find(
      (each) => each.fact === 'health_check.response_time',
    );
    expect(time).toMatchObject({ value: 0, passed: true });
  });

  it('is spent by the second, and then everything is undone', async () => {
    const rolling = world(
      { failureBudget: 1 },
      failing(`service.start@${SECOND}`, `service.start@${FOURTH}`),
    );
    const { failure, status } = await harness.run(rolling);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.failure?.message).toContain(FOURTH);
    for (const server of rolling.servers.values()) expect(server).toEqual(OLD);
  });

  it('goes on to the next batch where a whole one is gone', async () => {
    const batches = [{ kind: 'count' as const, servers: 1 }];
    const rolling = world({ batches, failureBudget: 1 }, failing(`pool.enable@${SECOND}`));
    const { failure, result } = await harness.run(rolling);
    expect(failure).toBeNull();
    expect(result).toMatchObject({ servers: [FIRST, THIRD, FOURTH] });
    expect(rolling.servers.get(SECOND)).toEqual(OLD);
  });

  it('leaves a server that is out of reach outside the pool, and does not wait for it', async () => {
    const gone = ['service.start', 'service.remove', 'config.restore', 'service.restore'];
    const rolling = world(
      { failureBudget: 1 },
      failing(...gone.map((name) => `${name}@${SECOND}`)),
    );
    const { failure, result, status } = await harness.run(rolling);
    expect(failure).toBeNull();
    expect(rolling.servers.get(SECOND)?.pool).toBe('maint');
    expect(turns(rolling, 'pool.withdraw')).toEqual([SECOND]);
    expect(excluded(status)[SECOND]).toContain('已摘除');
    expect(result).toMatchObject({ servers: [FIRST, THIRD, FOURTH] });
  });

  it('says loudly where not even the balancer can take it out', async () => {
    const gone = ['service.start', 'service.remove', 'pool.withdraw'];
    const rolling = world(
      { failureBudget: 1 },
      failing(...gone.map((name) => `${name}@${SECOND}`)),
    );
    const { status } = await harness.run(rolling);
    expect(status.warnings.join()).toContain('无法从负载均衡摘除');
  });

  it('tries such a server again where the run fails later, and asks a person', async () => {
    let isDown = true;
    const rolling = world(
      { failureBudget: 1, pauseSeconds: 0 },
      {
        before: ({ name, server }: StubCall) => {
          if (name === 'service.start' && (server === SECOND || server === FOURTH)) {
            throw broken('does not start');
          }
          if (name === 'service.remove' && server === SECOND && isDown) throw broken('is down');
        },
      },
    );
    const { failure, status } = await harness.with(rolling, async (start) => {
      const run = await start();
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.needsAttention).toContain('is down');
      expect(rolling.servers.get(FIRST)).toEqual(OLD);
      expect(rolling.servers.get(THIRD)).toEqual(OLD);
      isDown = false;
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    for (const server of rolling.servers.values()) expect(server).toEqual(OLD);
    expect(excluded(status)[SECOND]).toContain('已恢复');
  });

  it('does not pay for what is wrong with the whole run', async () => {
    const rolling = world(
      { failureBudget: 3 },
      {
        before: ({ name, server }) => {
          if (name === 'pool.drain' && server === SECOND) throw broken('floor', 'POOL_FLOOR');
        },
      },
    );
    const { failure, status } = await harness.run(rolling);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.failure?.type).toBe('POOL_FLOOR');
  });
});
