/** Before anything is built, and before the service is interrupted: looked at, and fetched ahead. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/plan/plan.ts';
import type { PreflightCheck, PreflightResult } from '../../../src/plan/run.ts';
import type { HostKeyAnswer } from '../../../src/workflows/beginning/plan-probe.ts';
import { IMAGE_DEFAULTS } from '../../support/default-settings.ts';
import { NO_POOL } from '../../support/few-capabilities.ts';
import { resolvedRun, SETTINGS } from '../../support/resolved-run.ts';
import { FOUR, rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const OLD = { version: 'v2.0.0', pool: 'ready' };
const [FIRST = '', SECOND = '', THIRD = '', FOURTH = ''] = FOUR;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function check(
  name: PreflightCheck['name'],
  state: PreflightCheck['state'],
  detail: string,
): PreflightCheck {
  return { name, state, detail };
}

type Findings = Readonly<Record<string, Partial<PreflightResult>>>;

/** A world in which the preflight finds these things. */
function finding(findings: Findings, options: StubOptions = {}): StubWorld {
  return stubWorld({ preflight: (subject) => findings[subject] ?? null, ...options });
}

const UNREACHABLE: Partial<PreflightResult> = {
  reachable: false,
  checks: [check('connection', 'failed', 'no route. Turn it on.')],
};

function count({ calls }: StubWorld, name: string): number {
  return calls.filter((call) => call.name === name).length;
}

describe('the preflight', () => {
  it('looks at every server, the balancer and the registry before anything else', async () => {
    const world = stubWorld();
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure).toBeNull();
    const before = world.names().slice(0, world.names().indexOf('resolveSource'));
    expect(before.sort()).toEqual([
      'preflightServer@app-server-1',
      'preflightServer@app-server-2',
      'preflightServer@app-server-3',
      'preflightShared',
      'resolvePlan',
    ]);
    expect(status.preflight).toEqual({ state: 'passed', servers: 3, findings: [], more: 0 });
  });

  it('fails at the first step with every failed check, and nothing is built', async () => {
    const world = finding({
      [FIRST]: { checks: [check('disk', 'failed', '10 MiB free: free some')] },
      [SECOND]: {
        checks: [check('clock', 'failed', 'off by 9s'), check('port', 'failed', 'taken')],
      },
      registry: { checks: [check('registry', 'failed', 'wrong password')] },
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure).toMatchObject({ step: 1, type: 'PREFLIGHT_FAILED' });
    for (const text of ['10 MiB free: free some', 'off by 9s', 'taken', 'wrong password']) {
      expect(failure?.message).toContain(text);
    }
    expect(failure?.message).toContain(`${SECOND}: clock`);
    expect(status.preflight?.state).toBe('failed');
    expect(status.preflight?.findings).toHaveLength(4);
    expect(world.names()).not.toContain('resolveSource');
    expect(world.names()).not.toContain('code.lint');
    expect(world.reports.at(-1)?.status).toBe('failed');
  });

  it('warns and goes on, and shows the warning', async () => {
    const world = finding({
      [THIRD]: { checks: [check('health', 'warning', 'v2.0.0 is ill'), check('disk', 'ok', 'ok')] },
    });
    const [ended, sheet] = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const end = await run.end();
      return [end, await run.handle.query<string, []>('report')] as const;
    });
    expect(ended.failure).toBeNull();
    expect(ended.status.preflight?.findings).toEqual([
      { subject: THIRD, check: 'health', state: 'warning', detail: 'v2.0.0 is ill' },
    ]);
    expect(sheet).toContain(`⚠ ${THIRD}: v2.0.0 is ill`);
  });

  it('counts findings past its bound', async () => {
    const servers = Array.from({ length: 70 }, (_, index) => `web-${index}`);
    const ill = { checks: [check('health', 'warning', 'ill')] };
    const world = stubWorld({
      preflight: (subject) => (subject.startsWith('web-') ? ill : null),
      before: ({ name }) => {
        if (name === 'resolveSource') throw broken('far enough');
      },
    });
    const { status } = await harness.run(world, { ...DEVELOPMENT, servers });
    expect(status.preflight?.findings).toHaveLength(60);
    expect(status.preflight?.more).toBe(10);
  });

  it('is not made for a plan that changes no server', async () => {
    const plan = { ...resolvedRun(DEVELOPMENT).plan };
    const steps = plan.steps.filter((step) => step.number < 4);
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { plan: { ...plan, steps, success: [] } }),
    });
    const { failure, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.preflight).toBeNull();
    expect(count(world, 'preflightShared')).toBe(0);
  });
});

describe('a server that is out of reach', () => {
  it('fails a run without a budget', async () => {
    const { status } = await harness.run(finding({ [SECOND]: UNREACHABLE }), DEVELOPMENT);
    expect(status.failure).toMatchObject({ step: 1, type: 'PREFLIGHT_FAILED' });
    expect(status.failure?.message).toContain(`${SECOND}: connection: no route. Turn it on.`);
  });

  it('is left out where the budget covers it, and waits outside the pool', async () => {
    const world = finding(
      { [SECOND]: UNREACHABLE },
      { resolve: () => rollingRun({ failureBudget: 1 }) },
    );
    const { failure, result, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(result).toMatchObject({ servers: [FIRST, THIRD, FOURTH] });
    expect(status.servers[1]?.excluded).toMatch(/no route.*已摘除/u);
    expect(status.warnings.join()).toContain('允许失败台数 1/1');
    const touched = world.names().filter((name) => name.endsWith(`@${SECOND}`));
    expect(touched).toEqual([`preflightServer@${SECOND}`, `pool.withdraw@${SECOND}`]);
  });

  it('is not said to be out of a pool that does not exist, nor is anybody in it', async () => {
    const balancer = { ...SETTINGS.balancer, kind: 'none', capabilities: NO_POOL };
    const none = { release: { digest: 'sha256:old', version: 'v2.0.0' }, pool: 'none' } as const;
    const at = (server: string) => ({ [server]: { before: { server, ...none } } });
    const world = finding(
      { ...at(FIRST), ...at(THIRD), ...at(FOURTH), [SECOND]: UNREACHABLE },
      { resolve: () => rollingRun({ failureBudget: 1 }, {}, { settings: { balancer } }) },
    );
    for (const server of FOUR) world.servers.set(server, { version: 'v2.0.0', pool: 'none' });
    const { status } = await harness.run(world);
    expect(status.servers[1]?.excluded).toMatch(/没有负载均衡池可移出/u);
    expect(world.names()).not.toContain(`pool.withdraw@${SECOND}`);
    expect(new Set(status.servers.map(({ pool }) => pool))).toEqual(new Set(['none']));
    expect(status.withoutServiceMs).toBe(0);
  });

  it('is spent from the same budget as a failure in a batch', async () => {
    const world = finding(
      { [SECOND]: UNREACHABLE },
      {
        resolve: () => rollingRun({ failureBudget: 1 }),
        before: ({ name, server }) => {
          if (name === 'service.start' && server === FOURTH) throw broken('does not start');
        },
      },
    );
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.failure?.message).toContain(FOURTH);
    for (const name of [FIRST, THIRD, FOURTH]) expect(world.servers.get(name)).toEqual(OLD);
  });

  it('that refuses our key is no server out of reach: no budget covers it', async () => {
    const refused = { checks: [check('connection', 'failed', 'HOST_KEY_CHANGED')] };
    const world = finding(
      { [SECOND]: refused },
      { resolve: () => rollingRun({ failureBudget: 2 }) },
    );
    const { status } = await harness.run(world);
    expect(status.failure?.type).toBe('PREFLIGHT_FAILED');
  });

  it('is left out where only the last look does not reach it', async () => {
    const world = stubWorld({
      resolve: () => rollingRun({ failureBudget: 1 }),
      before: ({ name, server }) => {
        if (name === 'probeServer' && server === THIRD) throw broken('gone', 'UNREACHABLE');
      },
    });
    const { failure, result } = await harness.run(world);
    expect(failure).toBeNull();
    expect(result).toMatchObject({ servers: [FIRST, SECOND, FOURTH] });
    expect(world.names()).toContain(`pool.withdraw@${THIRD}`);
  });

  it('never leaves a run without any server', async () => {
    const all = Object.fromEntries(FOUR.map((name) => [name, UNREACHABLE]));
    const world = finding(all, { resolve: () => rollingRun({ failureBudget: 10 }) });
    const { status } = await harness.run(world);
    expect(status.failure?.type).toBe('PREFLIGHT_FAILED');
  });
});

describe('fetching ahead', () => {
  const servers = Array.from({ length: 7 }, (_, index) => `web-${index + 1}`);
  const fewAtOnce = (atOnce: number, parameters: Record<string, Json> = {}) =>
    resolvedRun(
      { ...DEVELOPMENT, servers, ...parameters },
      { settings: { image: { ...SETTINGS.image, ...IMAGE_DEFAULTS, fetchAtOnce: atOnce } } },
    );

  it('is done before the lock, a bounded number at once, the next as soon as one is done', async () => {
    const going = { now: 0, most: 0 };
    let slowIsGoing = false;
    let othersMeanwhile = 0;
    let release: () => void = () => undefined;
    const threeOthers = new Promise<void>((resolve) => {
      release = resolve;
    });
    /** Chunks of two would wait for the slow one, which waits for the others. */
    const limit = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 8_000));
    const world = stubWorld({
      resolve: () => fewAtOnce(2),
      before: async ({ name, server }) => {
        if (name !== 'prefetchServer') return;
        going.now += 1;
        going.most = Math.max(going.most, going.now);
        const isSlow = server === 'web-1';
        if (isSlow) slowIsGoing = true;
        if (!isSlow && slowIsGoing) othersMeanwhile += 1;
        if (othersMeanwhile >= 3) release();
        if (isSlow) await Promise.race([threeOthers, limit()]);
        else await new Promise((resolve) => setTimeout(resolve, 20));
        if (isSlow) slowIsGoing = false;
        going.now -= 1;
      },
    });
    expect((await harness.run(world)).failure).toBeNull();
    expect(going.most).toBe(2);
    expect(othersMeanwhile).toBeGreaterThan(2);
    const names = world.names();
    expect(count(world, 'prefetchServer')).toBe(7);
    const lastFetch = names.findLastIndex((name) => name.startsWith('prefetchServer'));
    expect(lastFetch).toBeLessThan(names.findIndex((name) => name.startsWith('probeServer')));
    expect(names.indexOf('image.push')).toBeLessThan(
      names.findIndex((name) => name.startsWith('prefetch')),
    );
  });

  it('fails the run at step 6 with nothing changed, and begins no further fetch', async () => {
    const world = stubWorld({
      resolve: () => fewAtOnce(1),
      before: ({ name, server }) => {
        if (name === 'prefetchServer' && server === 'web-2') throw broken('disk full');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure?.step).toBe(6);
    expect(failure?.message).toContain('web-2 预先拉取镜像: disk full');
    expect(count(world, 'prefetchServer')).toBe(2);
    expect(count(world, 'probeServer')).toBe(0);
    expect(count(world, 'pool.drain')).toBe(0);
  });

  it('tells what else went wrong, and goes on', async () => {
    const world = stubWorld({
      resolve: () => fewAtOnce(2),
      fetchWarnings: (server) => (server === 'web-2' ? ['busy'] : []),
    });
    const { failure, status } = await harness.run(world);
    expect(failure).toBeNull();
    expect(status.warnings).toEqual(['web-2: busy']);
  });

  it('costs the budget a server that cannot', async () => {
    const world = stubWorld({
      resolve: () => rollingRun({ failureBudget: 1 }),
      before: ({ name, server }) => {
        if (name === 'prefetchServer' && server === FOURTH) throw broken('disk full');
      },
    });
    const { failure, result } = await harness.run(world);
    expect(failure).toBeNull();
    expect(result).toMatchObject({ servers: [FIRST, SECOND, THIRD] });
  });

  it('has nothing to fetch where the plan builds no image', async () => {
    const { plan } = resolvedRun(DEVELOPMENT);
    const world = stubWorld({
      resolve: () =>
        resolvedRun(DEVELOPMENT, {
          plan: { ...plan, steps: plan.steps.filter((step) => step.number !== 3) },
        }),
    });
    await harness.run(world);
    expect(count(world, 'prefetchServer')).toBe(0);
    expect(count(world, 'pool.drain')).toBe(3);
  });
});

describe('questions without a run', () => {
  it('answers what a run would find, and changes nothing', async () => {
    const world = finding({ [SECOND]: UNREACHABLE });
    const results = await harness.with(world, async (start) => {
      const run = await start(
        {},
        { type: 'probe', args: [{ templateId: 'deployment_workflow_v1', inputs: [DEVELOPMENT] }] },
      );
      return (await run.handle.result()) as PreflightResult[];
    });
    expect(results.map((each) => each.subject)).toEqual([
      FIRST,
      SECOND,
      THIRD,
      'balancer',
      'registry',
    ]);
    expect(results[0]?.before).toMatchObject({ pool: 'ready', release: { version: 'v2.0.0' } });
    expect(results[1]).toMatchObject(UNREACHABLE);
    expect(new Set(world.calls.map((call) => call.name))).toEqual(
      new Set(['resolvePlan', 'preflightServer', 'preflightShared']),
    );
  });

  it('fails with the reason where the request is bad or nothing can be asked', async () => {
    const refuses = (name: string) =>
      stubWorld({
        before: (call) => {
          if (call.name === name) throw broken(`${name} says no`, 'BAD_REQUEST');
        },
      });
    for (const name of ['resolvePlan', 'preflightShared']) {
      const failing = harness.with(refuses(name), async (start) => {
        const request = { templateId: 'deployment_workflow_v1', inputs: [DEVELOPMENT] };
        return (await start({}, { type: 'probe', args: [request] })).handle.result();
      });
      await expect(failing).rejects.toMatchObject({
        cause: { type: 'BAD_REQUEST', message: `${name} says no` },
      });
    }
  });

  it('asks for host keys, one server’s silence hiding no other’s', async () => {
    const world = stubWorld();
    const { showHostKey } = world.activities;
    world.activities.showHostKey = async (input) => {
      if (input.server === 'web-2') throw broken('no route');
      return showHostKey(input);
    };
    const answers = await harness.with(world, async (start) => {
      const run = await start({}, { type: 'hostKeys', args: [['web-1', 'web-2']] });
      return (await run.handle.result()) as HostKeyAnswer[];
    });
    expect(answers).toEqual([
      { server: 'web-1', shown: expect.objectContaining({ server: 'web-1' }) },
      { server: 'web-2', problem: 'no route' },
    ]);
  });
});
