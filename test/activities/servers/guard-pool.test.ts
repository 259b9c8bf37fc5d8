import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { ActionResult } from '../../../src/plan/run.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import { lookedAgain } from './looks.ts';
import { run, SERVERS, type Stage, setStage, settings, valueOf } from './stage.ts';

interface Guard {
  readonly beats: readonly unknown[];
  end(): Promise<ActionResult>;
  /** As a worker that is told to end does. */
  handOver(): Promise<ActionResult>;
  /** Without being cancelled. */
  readonly ended: Promise<ActionResult>;
}

/** @param apart as on another worker, which knows nothing of this one's activities */
function startGuard(stage: Stage, heartbeatDetails?: unknown, apart = false): Guard {
  const environment = new MockActivityEnvironment(
    { heartbeatDetails },
    { logger: new DefaultLogger('ERROR') },
  );
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const notes = { ...stage.ports.notes, wanted: () => undefined };
  const ports = apart ? { ...stage.ports, notes } : stage.ports;
  const running: Promise<ActionResult> = environment.run(
    createFleetActivities({ ...ports, registry: createFakeRegistry() }).guardPool,
    { run, servers: SERVERS, project: settings },
  );
  return {
    beats,
    ended: running,
    end: () => {
      environment.cancel();
      return running;
    },
    handOver: () => {
      const details = new ActivityCancellationDetails({ workerShutdown: true });
      environment.cancel('WORKER_SHUTDOWN', details);
      return running;
    },
  };
}

const LIMIT = { timeout: 10_000, interval: 10 };

/** Waits until the guard knows that of the pool. */
const knows = (guard: Guard, what: object): Promise<void> =>
  expect.poll(() => guard.beats.at(-1), LIMIT).toMatchObject(what);

describe('guardPool', () => {
  it('has nothing to tell of a balancer that stays the same, and ends as a success', async () => {
    const stage = await setStage();
    const guard = startGuard(stage);
    await stage.act('pool.drain');
    await knows(guard, { drained: ['app-server-1'] });
    expect(await guard.end()).toEqual({ facts: [], evidence: [] });
  });

  it('takes the drained servers out again, and only those', async () => {
    const stage = await setStage();
    const guard = startGuard(stage);
    await stage.act('pool.drain');
    stage.world.member('app-server-3').admin = 'maint';
    await knows(guard, { drained: ['app-server-1'], maintained: ['app-server-3'] });
    stage.world.restartBalancer();
    await expect.poll(() => stage.world.member('app-server-1').admin, LIMIT).toBe('drain');
    expect(stage.world.member('app-server-2').admin).toBe('ready');
    const { evidence } = await guard.end();
    expect(evidence).toEqual([
      'the load balancer restarted once; taken out again: app-server-1',
      'the restart lost the maint that an operator had set for app-server-3: the operator decides',
    ]);
  });

  it('takes out what this worker drained since the last look, and leaves in what it enabled', async () => {
    const stage = await setStage();
    stage.world.member('app-server-2').admin = 'drain';
    const guard = startGuard(stage);
    await knows(guard, { drained: ['app-server-2'] });
    await stage.act('pool.drain');
    await stage.act('pool.enable', { server: 'app-server-2' });
    stage.world.restartBalancer();
    await expect.poll(() => stage.world.member('app-server-1').admin, LIMIT).toBe('drain');
    expect(stage.world.member('app-server-2').admin).toBe('ready');
    await guard.end();
  });

  it('does not end as a success where only its worker ends', async () => {
    const stage = await setStage();
    const guard = startGuard(stage);
    await knows(guard, { drained: [] });
    await expect(guard.handOver()).rejects.toThrow('WORKER_SHUTDOWN');
  });

  it('a new attempt after a dead worker knows from the heartbeats what was', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    const first = startGuard(stage);
    await expect.poll(() => first.beats.length, LIMIT).toBeGreaterThan(1);
    await first.end();
    stage.world.restartBalancer();
    const second = startGuard(stage, first.beats.at(-1), true);
    await expect.poll(() => stage.world.member('app-server-1').admin, LIMIT).toBe('drain');
    expect((await second.end()).evidence[0]).toContain('taken out again: app-server-1');
  });

  it('looks for a balancer that is out of reach until it is there again', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    const guard = startGuard(stage);
    await knows(guard, { drained: ['app-server-1'] });
    const { state } = stage.ports.balancer;
    let asked = 0;
    stage.ports.balancer.state = () => {
      asked += 1;
      return Promise.reject(new PortError('unreachable', 'lb', 'there is no such socket', ''));
    };
    await expect.poll(() => asked, LIMIT).toBeGreaterThan(1);
    stage.world.restartBalancer();
    stage.ports.balancer.state = state;
    await expect.poll(() => stage.world.member('app-server-1').admin, LIMIT).toBe('drain');
    await guard.end();
  });

  it('tries again where it could not be set', async () => {
    const stage = await setStage();
    await stage.act('pool.drain');
    const guard = startGuard(stage);
    await knows(guard, { drained: ['app-server-1'] });
    const { drain } = stage.ports.balancer;
    let refused = 0;
    stage.ports.balancer.drain = async (pool, server) => {
      refused += 1;
      if (refused < 3) throw new PortError('unavailable', 'lb', 'no answer within 5 s', '');
      await drain(pool, server);
    };
    stage.world.restartBalancer();
    await expect.poll(() => stage.world.member('app-server-1').admin, LIMIT).toBe('drain');
    expect((await guard.end()).evidence[0]).toContain('restarted once');
  });

  it('moves the point from which the outcome is counted, so that earlier errors stay', async () => {
    const stage = await setStage();
    const guard = startGuard(stage);
    for (const server of SERVERS) stage.world.member(server).admin = 'drain';
    for (const server of SERVERS) await stage.act('pool.enable', { server });
    Object.assign(stage.world.member('app-server-1'), { requests: 400, errors: 40 });
    await lookedAgain(stage);
    stage.world.restartBalancer();
    await knows(guard, { reloads: 1 });
    for (const server of SERVERS) stage.world.member(server).requests += 100;
    const outcome: ActionResult = await stage.environment.run(stage.activities.measureOutcome, {
      run,
      step: 9,
      servers: SERVERS,
      project: settings,
    });
    expect(outcome.evidence[0]).toMatch(/40 errors/u);
    expect(Number(valueOf(outcome, 'service.error_rate'))).toBeGreaterThan(5);
    await guard.end();
  });

  it('ends by itself when this worker has finished all servers of the run', async () => {
    const stage = await setStage();
    const guard = startGuard(stage);
    for (const server of SERVERS) {
      await stage.environment.run(stage.activities.finishServer, {
        run,
        server,
        image: null,
        project: settings,
      });
    }
    expect(await guard.ended).toEqual({ facts: [], evidence: [] });
  });
});
