/** A consumer without a load balancer: the seed's steps run through, and are undone, without any pool. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import type { ResolvedRun } from '../../../src/plan/run.ts';
import { runSheetMarkdown } from '../../../src/workflows/showing/runsheet-markdown.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubOptions, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';
import { NO_BALANCER, planWithoutPool } from '../../support/without-pool.ts';

const SERVERS = ['app-server-1', 'app-server-2'];
const OF_POOLS = /^(?:pool\.|connections\.|traffic\.|routes\.|measureOutcome|guardPool)/u;
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function consumer(change: Partial<ResolvedRun> = {}, servers: readonly string[] = SERVERS) {
  const parameters = { environment: 'development', servers: [...servers] };
  const plan = planWithoutPool();
  const run = resolvedRun(parameters, {
    plan,
    settings: { balancer: NO_BALANCER },
    language: 'en',
  });
  return { ...run, ...change };
}

async function runOf(run: ResolvedRun, options: StubOptions = {}) {
  const servers = Object.fromEntries(
    run.servers.map((name) => [name, { version: 'v2.0.0', pool: 'none' as const }]),
  );
  const world = stubWorld({ resolve: () => run, servers, ...options });
  const { status, failure } = await harness.run(world);
  return { world, status, failure };
}

describe('a consumer without a load balancer', () => {
  it('runs through, and no activity is asked of a pool', async () => {
    const { world, status, failure } = await runOf(consumer());
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    expect(world.names().filter((name) => OF_POOLS.test(name))).toEqual([]);
    expect(world.servers.get('app-server-1')).toEqual({ version: 'v2.1.0', pool: 'none' });
  });

  it('says of each task about a pool why it is not done, and ticks none of them', async () => {
    const { status } = await runOf(consumer());
    const stop = status.steps.find(({ number }) => number === 6);
    expect(stop?.state).toBe('succeeded');
    const tasks = stop?.tasks.filter(({ server }) => server === 'app-server-1');
    expect(tasks?.map(({ text, state, evidence }) => [text, state, ...evidence])).toEqual([
      ['从负载均衡器移除', 'skipped', "no load balancer: the service's own stop drains"],
      [
        '等待现有请求完成（最多30秒）',
        'skipped',
        "no load balancer: the service's own stop drains",
      ],
      ['停止应用服务', 'succeeded', 'service.stop ok'],
    ]);
    expect(stop?.criteria.map(({ fact }) => fact)).toEqual(['service.stopped']);
    expect(status.steps.find(({ number }) => number === 9)).toMatchObject({
      state: 'skipped',
      note: 'no load balancer: nothing of this step is to be done',
      criteria: [],
      tasks: [],
    });
  });

  it('is judged by its health checks, as the rules say at the end', async () => {
    const { status } = await runOf(consumer());
    expect(status.success?.map(({ fact, passed }) => [fact, passed])).toEqual([
      ['run.required_steps_done', true],
      ['run.health_passed', true],
      ['run.error_rate_below_threshold', true],
      ['run.performance_met', true],
    ]);
    expect(status.success?.at(-1)?.detail).toContain('no load balancer, so the health check');
  });

  it('shows no pool of any server, and how long the service worked on none', async () => {
    const { status } = await runOf(consumer(), {
      before: async ({ name }) => {
        if (name === 'image.pull') await harness.env.sleep('1 second');
      },
    });
    expect(status.servers.map(({ pool }) => pool)).toEqual(['none', 'none']);
    expect(runSheetMarkdown(status)).toContain(
      '| Server | Version | Doing |\n| --- | --- | --- |\n',
    );
    expect(status.withoutServiceMs).toBeGreaterThanOrEqual(1_000);
  });

  it.each([
    ['service.stop', ['service.restore']],
    ['service.start', ['service.remove', 'config.restore', 'service.restore']],
    ['health.smoke', ['service.remove', 'config.restore', 'service.restore']],
  ])('is put back where %s fails, and into no pool', async (action, undone) => {
    const come = new Set<string | null>();
    const { world, status } = await runOf(consumer(), {
      before: async ({ name, server }) => {
        if (name !== action) return;
        come.add(server);
        // The first failure would cut the other server off before it has come as far.
        await vi.waitUntil(() => come.size === SERVERS.length, { timeout: 10_000, interval: 5 });
        throw broken(`${name} is broken`);
      },
    });
    expect(status.outcome).toBe('rolled_back');
    const done = world.names().filter((name) => /\.(?:restore|remove)@|pool/u.test(name));
    expect(done.filter((name) => name.endsWith('@app-server-1'))).toEqual(
      undone.map((name) => `${name}@app-server-1`),
    );
    expect(world.servers.get('app-server-1')).toEqual({ version: 'v2.0.0', pool: 'none' });
  });

  it('says before the run what is left out and what a failure means, in either language', () => {
    const run = consumer({ planDigest: 'sha256:0' });
    const text = renderPlan(run, 'en').join('\n');
    expect(text).toContain("从负载均衡器移除  skipped: no load balancer: the service's own stop");
    expect(text).toContain(' 9. 负载均衡更新 [action]  skipped: no load balancer: nothing of');
    expect(text).toContain('batches: none; 2 servers at once, out of 2\n');
    expect(text).toContain("no load balancer: no server leaves or joins a pool, and the service's");
    expect(text).toContain('step 8: switched back on all servers at once');
    expect(text).not.toContain('step 9:');
    const zh = renderPlan(run, 'zh').join('\n');
    expect(zh).toContain('跳过：没有负载均衡：由停止服务本身排空');
    expect(zh).toContain('没有负载均衡：不会摘除或挂载服务器');
  });
});
