import { describe, expect, it } from 'vitest';
import { createServerActivities } from '../../../src/activities/servers.ts';
import type { ActionResult } from '../../../src/plan/run.ts';
import type { BalancerSettings } from '../../../src/plan/settings.ts';
import type { HttpProbe } from '../../../src/ports/http-probe.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import { actionInput, run, SERVERS, type Stage, setStage, valueOf, withSettings } from './stage.ts';

/** A run-scoped action: no server, no before. */
function once(
  stage: Stage,
  id: 'routes.update' | 'traffic.verify',
  balancer: Partial<BalancerSettings> = {},
  servers = SERVERS,
): Promise<ActionResult> {
  const { server: _server, before: _before, ...input } = actionInput();
  return stage.environment.run(stage.activities[id], {
    ...input,
    servers,
    project: withSettings('balancer', balancer),
  });
}

describe('routes.update', () => {
  it('sets weights and routes and reads them back, twice over', async () => {
    const stage = await setStage();
    const wanted = {
      weights: { 'app-server-1': 5, 'not-in-this-run': 9 },
      routes: { '/api': 'web' },
    };
    for (let time = 0; time < 2; time += 1) {
      const result = await once(stage, 'routes.update', wanted);
      expect(valueOf(result, 'routes.current')).toBe(true);
    }
    expect(stage.world.member('app-server-1').weight).toBe(5);
    expect(stage.world.routes).toEqual({ '/api': 'web' });
  });

  it('leaves the routes of others where the project sets none', async () => {
    const stage = await setStage();
    stage.world.routes = { '/shop': 'web' };
    expect(valueOf(await once(stage, 'routes.update'), 'routes.current')).toBe(true);
    expect(stage.world.routes).toEqual({ '/shop': 'web' });
  });
});

/** A stage whose balancer gives no answer, or this one, to every other request until so many had none. */
async function stageThatHolds(
  count: number,
  answer: { readonly status: number } | null = null,
): Promise<{ readonly stage: Stage; readonly held: () => number }> {
  const stage = await setStage();
  const { request } = stage.ports.http;
  let asked = 0;
  let held = 0;
  const http: HttpProbe = {
    ...stage.ports.http,
    async request(wanted) {
      const isOurs = wanted.headers?.['x-runsheet-probe'] !== undefined;
      asked += isOurs ? 1 : 0;
      if (!isOurs || held === count || asked % 2 === 1) return request(wanted);
      held += 1;
      if (answer === null) throw new PortError('unavailable', wanted.url, 'no answer', '');
      return { ...answer, headers: {}, body: '', durationMs: 1 };
    },
  };
  const activities = createServerActivities({ ...stage.ports, http });
  return { stage: { ...stage, activities }, held: () => held };
}

describe('traffic.verify', () => {
  it('finds each server answering, evenly', async () => {
    const stage = await setStage();
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
    expect(valueOf(result, 'traffic.deviation')).toBe(0);
    expect(result.evidence.join('\n')).toMatch(
      /app-server-1 10, app-server-2 10, app-server-3 10/u,
    );
  });

  it('asks once more where a few had no answer in time, as behind what was held meanwhile', async () => {
    const { stage, held } = await stageThatHolds(3);
    const result = await once(stage, 'traffic.verify');
    expect(held()).toBe(3);
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
    expect(result.evidence.join('\n')).toMatch(/30 requests.* 0 failed/u);
    expect(result.evidence.join('\n')).toContain('the first time 3 had no answer in time');
  });

  it('has failed where some have none the second time either', async () => {
    const { stage } = await stageThatHolds(30 + 1);
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(false);
  });

  it('asks only once where an answer is an error', async () => {
    const { stage, held } = await stageThatHolds(3, { status: 500 });
    const result = await once(stage, 'traffic.verify');
    expect(held()).toBe(3);
    expect(valueOf(result, 'traffic.all_receive')).toBe(false);
    expect(result.evidence.join('\n')).toMatch(/30 requests.* 3 failed/u);
  });

  it('finds a server that gets nothing', async () => {
    const stage = await setStage();
    stage.world.member('app-server-2').unreachable = true;
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(false);
    expect(valueOf(result, 'traffic.deviation')).toBe(100);
  });

  it('finds an uneven distribution that no weight explains', async () => {
    const stage = await setStage();
    const answer = () => {
      stage.world.member('app-server-3').requests += 1;
      return { status: 200 };
    };
    // Each answer of a server counts one more for the third: 10, 10 and 40 of 60.
    const { releases } = stage.world;
    for (const release of releases.values()) Object.assign(release, { answer });
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
    expect(valueOf(result, 'traffic.deviation')).toBe(100);
  });

  it('holds weighted servers against their share', async () => {
    const stage = await setStage();
    stage.world.member('app-server-1').weight = 3;
    const result = await once(stage, 'traffic.verify', { verify: { requests: 50, path: '/' } });
    expect(valueOf(result, 'traffic.deviation')).toBe(0);
  });

  it('counts an error as traffic that is not normal', async () => {
    let asked = 0;
    const stage = await setStage({
      old: { answer: () => ({ status: asked++ === 7 ? 500 : 200 }) },
    });
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(false);
    expect(result.evidence.join('\n')).toContain('1 failed');
  });

  it('says that one server is trivially even', async () => {
    const stage = await setStage({ servers: ['app-server-1'] });
    const result = await once(stage, 'traffic.verify', {}, ['app-server-1']);
    expect(valueOf(result, 'traffic.deviation')).toBe(0);
    expect(result.evidence.join('\n')).toContain('trivially');
  });

  it("leaves out and names a server in an operator's maint", async () => {
    const stage = await setStage();
    stage.world.member('app-server-3').admin = 'maint';
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
    expect(result.evidence.join('\n')).toMatch(/not counted: app-server-3/u);
  });
});

describe('traffic.verify after the balancer has started anew', () => {
  it('puts a server in again that this run had put in', async () => {
    const stage = await setStage();
    for (const server of SERVERS) {
      stage.world.member(server).admin = 'drain';
      await stage.act('pool.enable', { server });
    }
    stage.world.member('app-server-2').admin = 'drain';
    const other = await setStage({ takeOver: stage });
    const result = await once(other, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
    expect(result.evidence.join('\n')).toMatch(/app-server-2 was out again: in the pool/u);
    expect(stage.world.member('app-server-2').admin).toBe('ready');
  });

  it('leaves one out that this run has not put in', async () => {
    const stage = await setStage();
    stage.world.member('app-server-2').admin = 'drain';
    expect(valueOf(await once(stage, 'traffic.verify'), 'traffic.all_receive')).toBe(false);
    expect(stage.world.member('app-server-2').admin).toBe('drain');
  });

  it('counts again where it happens in between', async () => {
    let asked = 0;
    const stage = await setStage();
    const answer = () => {
      asked += 1;
      if (asked === 20) stage.world.restartBalancer();
      return { status: 200 };
    };
    for (const release of stage.world.releases.values()) Object.assign(release, { answer });
    const result = await once(stage, 'traffic.verify');
    expect(valueOf(result, 'traffic.all_receive')).toBe(true);
    expect(valueOf(result, 'traffic.deviation')).toBe(0);
  });

  it('sends enough for each of many servers', async () => {
    const servers = Array.from({ length: 40 }, (_, index) => `app-server-${index + 1}`);
    const stage = await setStage({ servers });
    const result = await once(stage, 'traffic.verify', {}, servers);
    expect(result.facts[0]?.samples).toBe(200);
    expect(valueOf(result, 'traffic.deviation')).toBe(0);
  });
});

describe('measureOutcome', () => {
  const measure = (stage: Stage, change: Partial<BalancerSettings> = {}): Promise<ActionResult> =>
    stage.environment.run(stage.activities.measureOutcome, {
      run,
      step: 9,
      servers: SERVERS,
      project: withSettings('balancer', change),
    });

  const redeployed = async (stage: Stage): Promise<void> => {
    for (const server of SERVERS) stage.world.member(server).admin = 'drain';
    for (const server of SERVERS) await stage.act('pool.enable', { server });
  };

  it('counts from the enable, not what the old version did', async () => {
    const stage = await setStage();
    for (const server of SERVERS) {
      Object.assign(stage.world.member(server), { requests: 500, errors: 400, latencies: [9_000] });
    }
    await redeployed(stage);
    const result = await measure(stage);
    expect(valueOf(result, 'service.error_rate')).toBe(0);
    expect(Number(valueOf(result, 'health_check.response_time'))).toBeLessThan(1_000);
    expect(result.facts[0]?.samples).toBeGreaterThanOrEqual(20);
  });

  it('works after the worker was replaced, and a repeated enable does not move the start', async () => {
    const stage = await setStage();
    await redeployed(stage);
    stage.world.member('app-server-1').errors += 50;
    stage.world.member('app-server-1').requests += 50;
    const other = await setStage({ takeOver: stage });
    for (const server of SERVERS) await other.act('pool.enable', { server });
    expect(Number(valueOf(await measure(other), 'service.error_rate'))).toBeGreaterThan(50);
  });

  it('tops up to the required samples', async () => {
    const stage = await setStage();
    await redeployed(stage);
    const result = await measure(stage, { minimumSamples: 90 });
    expect(result.facts[0]?.samples).toBeGreaterThanOrEqual(90);
    expect(result.evidence[0]).toMatch(/[1-9]\d* of them sent/u);
  });

  it('measures nothing where too few samples can be had', async () => {
    const stage = await setStage();
    await redeployed(stage);
    for (const server of SERVERS) stage.world.member(server).unreachable = true;
    const result = await measure(stage, { minimumSamples: 500 });
    expect(result.facts).toEqual([]);
    expect(result.evidence[0]).toContain('fewer than the 500');
  });

  it('counts errors that came through the balancer', async () => {
    let asked = 0;
    const stage = await setStage({
      old: { answer: () => ({ status: asked++ >= 30 && asked % 2 === 0 ? 500 : 200 }) },
    });
    await redeployed(stage);
    const rate = Number(
      valueOf(await measure(stage, { minimumSamples: 200 }), 'service.error_rate'),
    );
    expect(rate).toBeGreaterThan(20);
    expect(rate).toBeLessThan(60);
  });

  it('times requests of its own where the balancer keeps no response times', async () => {
    const stage = await setStage({
      old: { answer: () => ({ status: 200, delayMs: 40 }) },
      capabilities: { responseTimes: false },
    });
    await redeployed(stage);
    for (const server of SERVERS) stage.world.member(server).requests += 500;
    const result = await measure(stage, { minimumSamples: 30 });
    const time = result.facts.find(({ id }) => id === 'health_check.response_time');
    expect(Number(time?.value)).toBeGreaterThan(39);
    expect(Number(time?.value)).toBeLessThan(500);
    expect(time?.samples).toBe(30);
    expect(result.evidence.join('\n')).toMatch(/of 30 requests through the balancer/u);
    expect(result.facts[0]?.samples).toBeGreaterThan(1_500);
  });

  it('has no response time where too few of its own requests were answered', async () => {
    const stage = await setStage({ capabilities: { responseTimes: false } });
    await redeployed(stage);
    for (const server of SERVERS) {
      stage.world.member(server).requests += 500;
      stage.world.member(server).unreachable = true;
    }
    const result = await measure(stage);
    expect(result.facts.map(({ id }) => id)).toEqual(['service.error_rate']);
  });

  it('counts what another process of the balancer counted, and says so', async () => {
    const stage = await setStage();
    for (const server of SERVERS)
      Object.assign(stage.world.member(server), { requests: 50, errors: 10 });
    await redeployed(stage);
    stage.world.restartBalancer();
    // As many errors as before the restart, and more requests: the difference would hide them.
    for (const server of SERVERS)
      Object.assign(stage.world.member(server), { requests: 100, errors: 10, latencies: [5] });
    const result = await measure(stage);
    expect(valueOf(result, 'service.error_rate')).toBe(10);
    expect(result.evidence.join('\n')).toMatch(/the load balancer restarted: for app-server-1,/u);
  });

  it('counts from zero where the balancer has restarted', async () => {
    const stage = await setStage();
    for (const server of SERVERS)
      Object.assign(stage.world.member(server), { requests: 900, errors: 0 });
    await redeployed(stage);
    for (const server of SERVERS)
      Object.assign(stage.world.member(server), { requests: 10, errors: 0, latencies: [5] });
    const result = await measure(stage);
    expect(result.facts[0]?.samples).toBe(30);
  });
});
