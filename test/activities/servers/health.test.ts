import { describe, expect, it } from 'vitest';
import { percent, percentile } from '../../../src/activities/servers/performance.ts';
import type { FakeAnswer, FakeRelease } from '../../../src/adapters/fake/fake-world.ts';
import { type Stage, setStage, settings, valueOf, withSettings } from './stage.ts';

/** The first server runs a release that answers like this. */
const answering = (old: Partial<FakeRelease>): Promise<Stage> => setStage({ old });
const json = (body: unknown) => ({ answer: () => ({ status: 200, body: JSON.stringify(body) }) });

describe('health.port', () => {
  it('connects to each server directly', async () => {
    const stage = await setStage();
    expect(valueOf(await stage.act('health.port'), 'health.passed')).toBe(true);
    stage.world.end(stage.world.server('app-server-1'));
    const result = await stage.act('health.port');
    expect(valueOf(result, 'health.passed')).toBe(false);
    expect(result.evidence[0]).toContain('127.0.0.1:8100');
  });
});

describe('health.endpoint', () => {
  it('holds the JSON body against the version of the run', async () => {
    const right = await answering(json({ version: 'v2' }));
    expect(valueOf(await right.act('health.endpoint'), 'health.passed')).toBe(true);
    const wrong = await answering(json({ version: 'v1' }));
    const result = await wrong.act('health.endpoint');
    expect(valueOf(result, 'health.passed')).toBe(false);
    expect(result.evidence).toContain('version should be v2, is "v1"');
  });

  it('reads a nested member, numbers and booleans as they are', async () => {
    const stage = await answering(json({ db: { up: true, lag: 0 } }));
    const rule = (value: Record<string, string | number | boolean>) =>
      stage.act('health.endpoint', { project: withSettings('health', { json: value }) });
    expect(valueOf(await rule({ 'db.up': true, 'db.lag': 0 }), 'health.passed')).toBe(true);
    expect(valueOf(await rule({ 'db.up': 'true' }), 'health.passed')).toBe(false);
    expect(valueOf(await rule({ 'db.none': true }), 'health.passed')).toBe(false);
  });

  it.each([
    ['a wrong status', { answer: () => ({ status: 500 }) }],
    ['a body that is no JSON', { answer: () => ({ status: 200, body: '<html>' }) }],
    ['no answer in time', { answer: () => ({ status: 200, delayMs: 5_000 }) }],
  ])('does not pass with %s', async (_name, old) => {
    const stage = await answering(old);
    const project = withSettings('health', { timeoutSeconds: 0.1 });
    expect(valueOf(await stage.act('health.endpoint', { project }), 'health.passed')).toBe(false);
  });
});

describe('health.smoke', () => {
  const smoke = [
    { method: 'GET', path: '/a', status: 200, contains: 'version' },
    { method: 'POST', path: '/b', status: 201 },
  ];
  const answer = ({ path }: { readonly path: string }) =>
    path === '/b' ? { status: 201 } : { status: 200, body: 'version' };

  it('passes where every request does', async () => {
    const stage = await answering({ answer });
    const result = await stage.act('health.smoke', { project: withSettings('health', { smoke }) });
    expect(valueOf(result, 'health.passed')).toBe(true);
    expect(result.evidence).toHaveLength(2);
  });

  it('names the request that fails and what it should have been', async () => {
    const stage = await setStage();
    const result = await stage.act('health.smoke', { project: withSettings('health', { smoke }) });
    expect(valueOf(result, 'health.passed')).toBe(false);
    expect(result.evidence.join('\n')).toMatch(/✗ POST \/b: HTTP 200.*\nshould be HTTP 201/u);
  });
});

/** As other work of the same process does. */
function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe('health.performance', () => {
  const load = (stage: Stage, change = {}) =>
    stage.act('health.performance', {
      project: withSettings('health', {
        performance: { ...settings.health.performance, ...change },
      }),
    });

  // A machine that is busy may take more than one try.
  it.each([
    [45, 30, 50],
    [55, 50, 90],
  ])('measures p95 of a service that takes %i ms', { retry: 2 }, async (delayMs, low, high) => {
    const stage = await answering({ answer: () => ({ status: 200, delayMs }) });
    const result = await load(stage);
    const p95 = Number(valueOf(result, 'health_check.response_time'));
    expect(p95).toBeGreaterThan(low);
    expect(p95).toBeLessThan(high + 40);
    expect(result.facts.find((each) => each.id === 'health_check.response_time')?.samples).toBe(20);
    expect(valueOf(result, 'service.error_rate')).toBe(0);
  });

  it('does not queue behind slow answers', async () => {
    const startsMs: number[] = [];
    const answer = (): FakeAnswer => {
      startsMs.push(performance.now());
      return { status: 200, delayMs: 400 };
    };
    const result = await load(await answering({ answer }), { requests: 10, perSecond: 50 });
    const [first = 0, last = 0] = [startsMs[0], startsMs[9]];
    // One after the other would take nine times 400 ms, and the last would wait for all of them.
    expect(last - first).toBeLessThan(2_000);
    expect(Number(valueOf(result, 'health_check.response_time'))).toBeLessThan(2_000);
  });

  it('measures again, alone and slower, where this worker was too busy to begin in time', async () => {
    let asked = 0;
    const answer = (): FakeAnswer => {
      asked += 1;
      if (asked <= 20) block(60);
      return { status: asked === 3 ? 500 : 200 };
    };
    const result = await load(await answering({ answer }), { requests: 20, perSecond: 100 });
    expect(asked).toBeGreaterThanOrEqual(40);
    const told = result.facts.find((each) => each.id === 'health_check.response_time');
    expect(told?.detail).toMatch(/the worker was busy and began requests [\d.]+ ms late/u);
    // An answer of the first round waited for those before it, up to 1.2 s.
    expect(Number(told?.value)).toBeLessThan(400);
    // What failed in any round has failed.
    expect(Number(valueOf(result, 'service.error_rate'))).toBeGreaterThan(0);
  });

  it('says by how much it was late the second time, which is the last', async () => {
    let asked = 0;
    const answer = (): FakeAnswer => {
      asked += 1;
      block(120);
      return { status: 200 };
    };
    const result = await load(await answering({ answer }), { requests: 4, perSecond: 96 });
    expect(asked).toBe(8);
    const told = result.facts.find((each) => each.id === 'health_check.response_time');
    expect(told?.detail).toMatch(/measured again alone, 24 a second, [1-9][\d.]* ms late/u);
  });

  it('counts errors in percent', async () => {
    let asked = 0;
    const stage = await answering({ answer: () => ({ status: asked++ % 4 === 0 ? 500 : 200 }) });
    expect(valueOf(await load(stage), 'service.error_rate')).toBe(25);
  });

  it('has no response time where nothing answered', async () => {
    const stage = await setStage();
    stage.world.end(stage.world.server('app-server-1'));
    const result = await load(stage);
    expect(valueOf(result, 'service.error_rate')).toBe(100);
    expect(valueOf(result, 'health_check.response_time')).toBeUndefined();
  });

  it('keeps to its rate', async () => {
    const stage = await setStage();
    const started = performance.now();
    await load(stage, { requests: 11, perSecond: 20 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(480);
  });
});

describe('percentile and percent', () => {
  it('takes the nearest rank', () => {
    const times = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(times, 95)).toBe(95);
    expect(
      percentile([...times.slice(0, 94).map(() => 450), ...times.slice(94).map(() => 550)], 95),
    ).toBe(550);
    expect(
      percentile([...times.slice(0, 95).map(() => 450), ...times.slice(95).map(() => 550)], 95),
    ).toBe(450);
    expect(percentile([7], 95)).toBe(7);
    expect(percentile([], 95)).toBeNull();
  });

  it('rounds to two places', () => {
    expect(percent(1, 3)).toBe(33.33);
    expect(percent(0, 0)).toBe(0);
  });
});
