/** Runs on more servers than can be told one by one: bounded in what they show, whole in what they do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvedRun } from '../../support/resolved-run.ts';
import { rollingRun } from '../../support/rolling-plan.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import {
  broken,
  type StubOptions,
  type StubWorld,
  stubWorld,
} from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const SERVERS = Array.from({ length: 25 }, (_, index) => `web-${index + 1}`);
const FLEET = { environment: 'development', servers: SERVERS };
const OLD = { version: 'v2.0.0', pool: 'ready' };
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

function fleet(options: StubOptions = {}): StubWorld {
  return stubWorld({ resolve: () => resolvedRun(FLEET), ...options });
}

describe('a fleet', () => {
  it('is told by the phrase, with the slowest server', async () => {
    let others = 0;
    const world = fleet({
      before: async ({ name, server }) => {
        if (name !== 'image.pull') return;
        if (server !== 'web-7') {
          others += 1;
          return;
        }
        await expect.poll(() => others).toBe(SERVERS.length - 1);
        await new Promise((resolve) => setTimeout(resolve, 400));
      },
    });
    const [ended, sheet] = await harness.with(world, async (start) => {
      const run = await start(FLEET);
      const end = await run.end();
      return [end, await run.handle.query<string, []>('report')] as const;
    });
    expect(ended.failure).toBeNull();
    const tasks = ended.status.steps[6]?.tasks ?? [];
    expect(tasks.map(({ server, servers, state }) => ({ server, servers, state }))).toEqual(
      Array(4).fill({ server: null, servers: 25, state: 'succeeded' }),
    );
    expect(tasks[0]?.evidence).toEqual(['最慢：web-7']);
    expect(tasks[0]?.durationMs).toBeGreaterThanOrEqual(350);
    const lines = world.reports.at(-1)?.steps[6]?.lines.join('\n');
    expect(lines).toContain('25 × 拉取新版本镜像');
    expect(sheet.split('\n').filter((line) => line.includes('web-')).length).toBeLessThan(25);
    expect(sheet).toContain('… +5');
    expect(sheet).toContain('25/25 已挂载');
  });

  it('is undone whole, a line each server, and the failure stays short', async () => {
    const world = fleet({
      before: ({ name, server }) => {
        if (name === 'service.ready' && server === 'web-9') throw broken('does not start');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
    expect(status.rollback).toHaveLength(25);
    expect(status.rollback).toContain('web-3 已恢复 v2.0.0');
    const failed = status.steps[6]?.tasks.filter((task) => task.state === 'failed');
    expect(failed).toMatchObject([{ server: 'web-9', evidence: ['does not start'] }]);
  });

  it('shows a person those that are stuck, and counts the others', async () => {
    let isBroken = true;
    const world = fleet({
      before: ({ name, server }) => {
        if (name === 'service.ready') throw broken('does not start');
        if (name === 'service.restore' && server === 'web-4' && isBroken) throw broken('no route');
      },
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(FLEET);
      const waiting = await run.until(
        (each) => each.needsAttention?.includes('24 × v2.0.0 (已挂载)') === true,
      );
      expect(waiting.needsAttention).toContain('web-4 恢复旧版本服务: no route');
      expect(waiting.needsAttention).not.toContain('web-5 ');
      const sheet = await run.handle.query<string, []>('report');
      expect(sheet).toContain('web-4');
      isBroken = false;
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('gathers the tasks of its batches, and shows which one is at work', async () => {
    let sheet = '';
    const world = fleet({
      resolve: () =>
        rollingRun(
          { batches: [{ kind: 'count', servers: 12 }], pauseSeconds: 0, failureBudget: 1 },
          { servers: SERVERS },
        ),
      before: async ({ name, server }) => {
        if (name === 'service.start' && server === 'web-20') throw broken('does not start');
        if (name === 'traffic.verify' && sheet === '') sheet = (await report?.()) ?? '';
      },
    });
    let report: (() => Promise<string>) | undefined;
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(FLEET);
      report = () => run.handle.query<string, []>('report');
      return run.end();
    });
    expect(failure).toBeNull();
    expect(sheet).toContain('批次 1/3：web-1, web-2');
    const pulled = status.steps[6]?.tasks.find((task) => task.text === '拉取新版本镜像');
    expect(pulled).toMatchObject({ server: null, servers: 25 });
    const started = status.steps[6]?.tasks.filter((task) => task.text === '启动新版本服务');
    expect(started).toMatchObject([{ servers: 24 }, { server: 'web-20', state: 'failed' }]);
  });
});
