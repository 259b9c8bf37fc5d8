/** The activities in front of a balancer that tells little, and of none: unknown is never 0, nor a pass. */
import { describe, expect, it } from 'vitest';
import type { ObserveInput } from '../../../src/activities/contract.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import type {
  ActionInput,
  ActionResult,
  PreflightResult,
  ServerBefore,
} from '../../../src/plan/run.ts';
import type { BalancerSettings } from '../../../src/plan/settings.ts';
import { FEW, NO_POOL } from '../../support/few-capabilities.ts';
import {
  actionInput,
  before,
  run,
  SERVERS,
  type Stage,
  type StageOptions,
  setStage,
  valueOf,
  withSettings,
} from './stage.ts';

const SERVER = 'app-server-1';

const withFew = (options: StageOptions = {}): Promise<Stage> =>
  setStage({ capabilities: FEW, ...options });

function once(
  stage: Stage,
  id: 'routes.update' | 'traffic.verify',
  change: Partial<ActionInput> = {},
): Promise<ActionResult> {
  const { server: _server, before: _before, ...input } = actionInput();
  return stage.environment.run(stage.activities[id], { ...input, ...change });
}

function outcome(stage: Stage, change: Partial<BalancerSettings> = {}): Promise<ActionResult> {
  return stage.environment.run(stage.activities.measureOutcome, {
    run,
    step: 9,
    servers: SERVERS,
    project: withSettings('balancer', change),
  });
}

function fleetOf({ ports }: Stage): ReturnType<typeof createFleetActivities> {
  const registry = {
    hosts: [],
    mayUse: () => Promise.resolve(),
    push: () => Promise.reject(new Error('not used')),
    resolve: () => Promise.resolve(null),
  };
  return createFleetActivities({ ...ports, registry });
}

function observe(stage: Stage): Promise<ActionResult> {
  const input: ObserveInput = {
    run,
    step: 9,
    servers: SERVERS,
    seconds: 0.05,
    maximumErrorPercent: 1,
    project: actionInput().project,
  };
  return stage.environment.run(fleetOf(stage).observeServers, input);
}

describe('a balancer that tells little', () => {
  it('takes a server out and is read back', async () => {
    const stage = await withFew();
    expect(valueOf(await stage.act('pool.drain'), 'pool.removed')).toBe(true);
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('keeps the floor by who is in the pool, as it knows of nobody who is ill', async () => {
    const stage = await withFew();
    const project = withSettings('balancer', { floorPercent: 60 });
    await stage.act('pool.drain', { project });
    await expect(
      stage.act('pool.drain', { project, server: 'app-server-2' }),
    ).rejects.toMatchObject({ type: 'POOL_FLOOR', message: expect.stringContaining('now 2 do') });
    expect(stage.world.member('app-server-2').admin).toBe('ready');
  });

  it('a wait for requests lasts its limit, and what remains is no measurement', async () => {
    const stage = await withFew();
    await stage.act('pool.drain');
    const began = performance.now();
    const result = await stage.act('connections.wait', { settings: { limitSeconds: 0.3 } });
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    expect(result.facts).toEqual([]);
    expect(result.evidence.at(-1)).toMatch(/whole limit, 0\.3s; .* is not measured/u);
  });

  it('puts a server in after a row of good requests, and says whose answers they were not', async () => {
    const stage = await withFew();
    await stage.act('pool.drain');
    const result = await stage.act('pool.enable');
    expect(valueOf(result, 'pool.enabled')).toBe(true);
    expect(result.evidence[0]).toMatch(/^in the pool, 9 requests in a row .* is not known$/u);
    // Three for each of three servers, so its turns were among them.
    expect(stage.world.member(SERVER).requests).toBe(3);
  });

  it('does not believe one among whose requests some fail', async () => {
    let asked = 0;
    const stage = await withFew({
      old: { answer: () => ({ status: asked++ % 4 === 3 ? 500 : 200 }) },
    });
    await stage.act('pool.drain');
    await expect(stage.act('pool.enable')).rejects.toMatchObject({
      type: 'POOL_NOT_SERVING',
      message: expect.stringMatching(
        /9 requests in a row were not served .*ready, health unknown; HTTP 500.*out of the pool again/u,
      ),
    });
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('measures neither who receives traffic nor how even it is', async () => {
    const { facts, evidence } = await once(await withFew(), 'traffic.verify');
    expect(facts).toEqual([]);
    expect(evidence[0]).toContain(
      '30 requests through the balancer, 0 failed; by server: not counted',
    );
    expect(evidence.at(-1)).toContain('who received traffic is not measured');
  });

  it('knows that traffic is not normal where its own requests fail', async () => {
    const stage = await withFew({ old: { answer: () => ({ status: 500 }) } });
    const result = await once(stage, 'traffic.verify');
    expect(result.facts).toMatchObject([{ id: 'traffic.all_receive', value: false }]);
  });

  it('counters without weights say who receives traffic, and not how even it is', async () => {
    const stage = await withFew({ capabilities: { ...FEW, counters: true } });
    const { facts, evidence } = await once(stage, 'traffic.verify');
    expect(facts).toMatchObject([{ id: 'traffic.all_receive', value: true }]);
    expect(evidence.at(-1)).toContain('not measured');
  });

  it('the outcome is that of our own requests, and says so', async () => {
    let asked = 0;
    const stage = await withFew({
      old: { answer: () => ({ status: asked++ % 5 === 4 ? 500 : 200 }) },
    });
    const result = await outcome(stage, { minimumSamples: 40 });
    expect(result.evidence[0]).toMatch(
      /does not count requests: \d+ of our own through it, \d+ err/u,
    );
    expect(valueOf(result, 'service.error_rate')).toBeGreaterThan(15);
    expect(result.facts.map(({ id }) => id)).toContain('health_check.response_time');
    expect(result.facts[0]?.samples).toBeGreaterThanOrEqual(40);
  });

  it('a canary is judged by its health checks alone', async () => {
    const { facts, evidence } = await observe(await withFew());
    expect(facts).toEqual([]);
    expect(evidence[0]).toContain('errors are not measured');
  });

  it('has nothing to update where the project sets neither weights nor routes', async () => {
    const result = await once(await withFew(), 'routes.update');
    expect(valueOf(result, 'routes.current')).toBe(true);
    expect(result.evidence).toEqual([
      'the load balancer has no weights',
      'the load balancer has no routes',
    ]);
  });

  it('refuses weights and routes that the project sets', async () => {
    const stage = await withFew();
    for (const change of [{ weights: { [SERVER]: 2 } }, { routes: { '/api': 'web' } }]) {
      const project = withSettings('balancer', change);
      await expect(once(stage, 'routes.update', { project })).rejects.toMatchObject({
        message: expect.stringContaining('this balancer has no'),
      });
    }
  });

  it('an undo takes it out, gives requests their time, and puts it back', async () => {
    const stage = await withFew({ heartbeatDetails: { waitedMs: 29_800 } });
    const { evidence } = await stage.undo('pool.withdraw');
    expect(stage.world.member(SERVER).admin).toBe('drain');
    expect(evidence[0]).toMatch(/^out of the pool, waited .* not measured$/u);
    await stage.undo('pool.readmit');
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });
});

describe('no pool at all', () => {
  const withoutPool = (): Promise<Stage> => setStage({ capabilities: NO_POOL });

  it('nothing is taken out, put in or measured, and each says so', async () => {
    const stage = await withoutPool();
    for (const result of [
      await stage.act('pool.drain'),
      await stage.act('connections.wait', { settings: { limitSeconds: 30 } }),
      await stage.act('pool.enable'),
      await once(stage, 'traffic.verify'),
      await outcome(stage),
      await stage.undo('pool.withdraw'),
      await stage.undo('pool.readmit', { before: before(SERVER, { pool: 'none' }) }),
    ]) {
      expect(result.facts).toEqual([]);
      expect(result.evidence.join()).toContain('the project has no pool');
    }
  });

  it('is no failure of a preflight, and is where every server stands', async () => {
    const stage = await withoutPool();
    const { preflightServer, preflightShared } = fleetOf(stage);
    const { project } = actionInput();
    const input = { run, servers: SERVERS, does: [], project };
    const server: PreflightResult = await stage.environment.run(preflightServer, {
      ...input,
      server: SERVER,
    });
    expect(server.before?.pool).toBe('none');
    expect(server.checks.map(({ name }) => name)).not.toContain('pool');
    const [balancer]: readonly PreflightResult[] = await stage.environment.run(
      preflightShared,
      input,
    );
    expect(balancer?.checks).toMatchObject([{ name: 'pool', state: 'ok' }]);
    const probed: ServerBefore = await stage.environment.run(stage.activities.probeServer, {
      ...input,
      server: SERVER,
    });
    expect(probed.pool).toBe('none');
  });

  it('a canary is judged by its health checks alone', async () => {
    expect((await observe(await withoutPool())).facts).toEqual([]);
  });

  it('has nothing to update', async () => {
    expect(valueOf(await once(await withoutPool(), 'routes.update'), 'routes.current')).toBe(true);
  });
});
