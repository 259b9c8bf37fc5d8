/** Shows 3: the values in the document's text are the ones that run. Each flips the result of a run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { edited, type Stage, seedText, startStage, stepText, withId } from './support/stage.ts';
import { type EndedRun, type StageRun, statesOf, stepOf } from './support/stage-run.ts';
import type { Customer } from './support/world.ts';

/** 6 of the sample's 100 tests fail: 94 % pass. */
const SIX = 6;
const FOUR = 4;

const step = (number: number): string => stepText(seedText, number);
const swap = (from: string, to: string): string => edited(seedText, from, to);

/** Template id → the reference template with one edit. */
const VARIANTS: Readonly<Record<string, string>> = {
  pass_rate_90: swap('>= 95%', '>= 90%'),
  response_50ms: swap('< 500ms', '< 50ms'),
  drain_5s: swap('最多30秒', '最多5秒'),
  approval_2h: swap('24小时', '2小时'),
  approval_all: swap('至少一人批准', '全部批准'),
  tests_first: edited(swap(step(2), ''), step(1), step(2) + step(1)),
  without_tests: swap(step(2), ''),
};

let stage: Stage;

beforeAll(async () => {
  const templates = Object.entries(VARIANTS).map(([id, text]) => [`${id}.md`, withId(text, id)]);
  stage = await startStage({ templates: Object.fromEntries(templates) });
});

afterAll(() => stage?.close());

afterEach(() => stage.restoreSample());

let versions = 0;

/** Development needs no approval and has one server: the shortest run there is. */
function develop(type?: string, skipTests = true): Promise<StageRun> {
  versions += 1;
  const options = type === undefined ? {} : { type };
  return stage.deploy('development', `v${versions}`, { skip_tests: skipTests }, options);
}

async function end(run: Promise<StageRun>): Promise<EndedRun> {
  return (await run).end();
}

function criterion(ended: EndedRun, number: number, fact: string) {
  return stepOf(ended.status, number).criteria.find((each) => each.fact === fact);
}

describe('测试通过率 >= 95%', () => {
  function breakTests(count: number): void {
    const rows = JSON.parse(stage.read('tests/quotes.json')) as { cents: number }[];
    const broken = rows.map((row, index) =>
      index < count ? { ...row, cents: row.cents + 1 } : row,
    );
    stage.write('tests/quotes.json', JSON.stringify(broken));
  }

  it('fails at 94 %, before anything was built', async () => {
    breakTests(SIX);
    const ended = await end(develop(undefined, false));
    expect(ended.failure?.type).toBe('RUN_FAILED');
    expect(statesOf(ended.status)).toMatchObject({ 1: 'succeeded', 2: 'failed', 3: 'not_reached' });
    expect(criterion(ended, 2, 'tests.pass_rate')).toMatchObject({
      value: 94,
      threshold: 95,
      passed: false,
    });
  });

  it('passes at 96 %, although the test program ends with an error', async () => {
    breakTests(FOUR);
    const ended = await end(develop(undefined, false));
    expect(ended.failure).toBeNull();
    expect(criterion(ended, 2, 'tests.pass_rate')).toMatchObject({ value: 96, passed: true });
  });

  it('passes at 94 % where the text says 90 %', async () => {
    breakTests(SIX);
    const ended = await end(develop('pass_rate_90', false));
    expect(ended.failure).toBeNull();
    expect(criterion(ended, 2, 'tests.pass_rate')).toMatchObject({
      value: 94,
      threshold: 90,
      passed: true,
    });
  });
});

describe('响应时间 < 500ms', () => {
  function answerAfter(milliseconds: number): void {
    stage.edit('src/behaviour.mjs', 'latencyMs: 0', `latencyMs: ${milliseconds}`);
  }

  // 100 ms are left for a machine that is busy: it may take more than one try.
  it('passes at 400 ms', { retry: 2 }, async () => {
    answerAfter(400);
    const ended = await end(develop());
    expect(ended.failure).toBeNull();
    const { value } = criterion(ended, 8, 'health_check.response_time') ?? {};
    expect(value).toBeGreaterThanOrEqual(400);
    expect(value).toBeLessThan(500);
  });

  it('fails at 550 ms, and the version before serves again', async () => {
    const before = await stage.world.version('dev-server-1');
    answerAfter(550);
    const ended = await end(develop());
    expect(ended.failure?.type).toBe('RUN_ROLLED_BACK');
    expect(statesOf(ended.status)).toMatchObject({ 8: 'failed', 9: 'not_reached' });
    const { value } = criterion(ended, 8, 'health_check.response_time') ?? {};
    expect(value).toBeGreaterThanOrEqual(550);
    expect(before).not.toBeNull();
    expect(await stage.world.version('dev-server-1')).toBe(before);
  });

  it('fails at 100 ms where the text says 50 ms', async () => {
    answerAfter(100);
    const ended = await end(develop('response_50ms'));
    expect(ended.failure?.type).toBe('RUN_ROLLED_BACK');
    expect(criterion(ended, 8, 'health_check.response_time')).toMatchObject({
      threshold: 50,
      passed: false,
    });
  });

  it('passes at 100 ms where the text says 500 ms', async () => {
    answerAfter(100);
    expect((await end(develop())).failure).toBeNull();
  });
});

describe('等待现有请求完成（最多30秒）', () => {
  /** Requests of 6 s, one every 50 ms until the server is out of the pool: the last has 6 s to go. */
  async function slowRequestsUntilDrained(run: StageRun): Promise<Promise<Customer>[]> {
    const sent: Promise<Customer>[] = [];
    await run.untilStep(3, 'succeeded');
    for (;;) {
      const { admin } = (await stage.world.pool('development'))['dev-server-1'] ?? {};
      if (admin !== 'ready') return sent;
      sent.push(stage.world.ask('development', '/slow?ms=6000'));
      await sleep(50);
    }
  }

  it('waits for a request of 6 s', async () => {
    const run = await develop();
    const requests = await slowRequestsUntilDrained(run);
    const ended = await run.end();
    expect(ended.failure).toBeNull();
    expect(criterion(ended, 6, 'connections.active')).toMatchObject({ value: 0, passed: true });
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) expect(await request).toMatchObject({ status: 200 });
  });

  it('fails at 6 s where the text says 5 s; the request is answered, and the server is put back', async () => {
    const before = await stage.world.version('dev-server-1');
    const starts = stage.world.starts('dev-server-1').length;
    const run = await develop('drain_5s');
    const requests = await slowRequestsUntilDrained(run);
    const ended = await run.end();
    expect(ended.failure?.type).toBe('RUN_ROLLED_BACK');
    expect(statesOf(ended.status)).toMatchObject({ 6: 'failed', 7: 'not_reached' });
    expect(criterion(ended, 6, 'connections.active')).toMatchObject({ passed: false });
    for (const request of requests) expect(await request).toMatchObject({ status: 200 });
    expect(await stage.world.version('dev-server-1')).toBe(before);
    expect(stage.world.starts('dev-server-1')).toHaveLength(starts);
    expect(await stage.world.pool('development')).toMatchObject({
      'dev-server-1': { admin: 'ready', healthy: true },
    });
  });
});

describe('审批', () => {
  const request = { skip_tests: true, servers: ['app-server-1'] };

  async function hoursToDecide(type: string): Promise<number> {
    const run = await stage.deploy('production', `hours-${type}`, request, { type });
    const { approval } = await run.untilWaiting();
    await run.reject();
    expect((await run.end()).failure?.type).toBe('RUN_REJECTED');
    return ((approval?.expiresAtMs ?? 0) - (approval?.openedAtMs ?? 0)) / 3_600_000;
  }

  it('expires after 24 hours, or after 2 where the text says so', async () => {
    // Counted from the first delivered notice, so a moment longer than since the step began.
    expect(await hoursToDecide('deployment_workflow_v1')).toBeCloseTo(24, 1);
    expect(await hoursToDecide('approval_2h')).toBeCloseTo(2, 1);
  });

  it('takes one of the people for 至少一人, and one of each role for 全部', async () => {
    const any = await stage.deploy('production', 'one-vote', request);
    await any.approveWhenAsked('alice');
    expect((await any.end()).failure).toBeNull();

    const all = await stage.deploy('production', 'all-votes', request, { type: 'approval_all' });
    await all.approveWhenAsked('alice');
    await all.until(({ approval }) => approval?.votes.length === 1);
    // A second vote of the same person is not the other role's.
    await all.approve('alice');
    await all.until(({ refusals }) => refusals.length > 0);
    expect(stepOf(await all.status(), 5).state).toBe('waiting');
    expect(await stage.world.version('app-server-1')).toBe('one-vote');
    await all.approve('bob');
    expect((await all.end()).failure).toBeNull();
    expect(await stage.world.version('app-server-1')).toBe('all-votes');
  });
});

describe('the order of the steps', () => {
  it('runs them as the document has them', async () => {
    const { status, failure } = await end(develop('tests_first', false));
    expect(failure).toBeNull();
    expect(status.steps.map(({ number }) => number)).toEqual([2, 1, 3, 4, 5, 6, 7, 8, 9, 10]);
    const [tests, checks] = [stepOf(status, 2), stepOf(status, 1)];
    expect(tests.finishedAtMs).toBeLessThanOrEqual(checks.startedAtMs ?? 0);
  });

  it('leaves out a step that the document leaves out', async () => {
    // A broken test goes unnoticed where nobody asks for the tests.
    stage.edit('tests/quotes.json', '"cents"', '"pennies"');
    const { status, failure } = await end(develop('without_tests', false));
    expect(failure).toBeNull();
    expect(status.steps.map(({ number }) => number)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(readFileSync(join(stage.folder, 'templates/without_tests.md'), 'utf8')).not.toContain(
      '### 2.',
    );
  });
});
