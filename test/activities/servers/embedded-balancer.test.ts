import { createServer, type Server } from 'node:http';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createServerActivities, type ServerActivities } from '../../../src/activities/servers.ts';
import { createMemoryArtifactStore } from '../../../src/adapters/artifacts/memory-artifact-store.ts';
import { createMemoryRecordStore } from '../../../src/adapters/database/memory-record-store.ts';
import { createEmbeddedBalancer } from '../../../src/adapters/embedded-balancer/embedded-balancer.ts';
import { createFakeContainerRuntime } from '../../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import { createFakeServerHosts } from '../../../src/adapters/fake/fake-server-hosts.ts';
import { FakeWorld } from '../../../src/adapters/fake/fake-world.ts';
import { createHttpProbe } from '../../../src/adapters/http/http-probe.ts';
import { type Balancer, startBalancer } from '../../../src/embedded/balancer.ts';
import type { ActionInput, ActionResult } from '../../../src/plan/run.ts';
import type { LoadBalancer } from '../../../src/ports/load-balancer.ts';
import { deferred } from '../../support/deferred.ts';
import { sourceOf } from '../../support/source-of.ts';
import { actionInput, OLD, run, SERVERS, secret, valueOf, withSettings } from './stage.ts';

const POOL = 'web';
/** What requests to /slow wait for. */
let slow = deferred();
const project = withSettings('health', {
  ready: { successes: 3, intervalMilliseconds: 10, limitSeconds: 3 },
});

/** The activities over the embedded balancer, the real probe and three real HTTP services. */
describe('servers behind the embedded balancer', () => {
  let services: Server[];
  let balancer: Balancer;
  let port: LoadBalancer;
  let activities: ServerActivities;
  let environment: MockActivityEnvironment;

  beforeEach(async () => {
    slow = deferred();
    services = await Promise.all(SERVERS.map(() => listen()));
    const servers = SERVERS.map((server, index) => ({
      server,
      host: '127.0.0.1',
      port: portOf(services[index]),
    }));
    balancer = await startBalancer({
      pools: { [POOL]: servers },
      health: () => ({ path: '/health' }),
      checkIntervalMs: 50,
    });
    port = createEmbeddedBalancer({ adminUrl: balancer.adminUrl });
    environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const world = new FakeWorld({ servers: SERVERS, releases: [{ digest: OLD, version: 'v1' }] });
    activities = createServerActivities({
      hosts: createFakeServerHosts(world),
      runtime: createFakeContainerRuntime(world),
      balancer: port,
      http: createHttpProbe('.'),
      artifacts: createMemoryArtifactStore(),
      records: createMemoryRecordStore(),
      secrets: { resolve: () => Promise.resolve(secret('')) },
      source: sourceOf(),
      seal: createFakeSeal(),
      currentSettings: () => Promise.reject(new Error('not used')),
    });
  });

  afterEach(async () => {
    await balancer.close();
    await Promise.all(services.map(close));
  });

  const onServer = (server: string): ActionInput => actionInput({ server, project });
  const perform = (
    id: ActionId & keyof ServerActivities,
    input: ActionInput,
  ): Promise<ActionResult> => environment.run(activities[id], input);

  it('drains all, puts all back at once, and finds traffic even and good', async () => {
    for (const server of SERVERS) {
      const result = await perform('pool.drain', onServer(server));
      expect(valueOf(result, 'pool.removed')).toBe(true);
    }
    await Promise.all(SERVERS.map((server) => perform('pool.enable', onServer(server))));
    const verified = await perform('traffic.verify', onServer(''));
    expect(valueOf(verified, 'traffic.all_receive')).toBe(true);
    expect(valueOf(verified, 'traffic.deviation')).toBeLessThanOrEqual(20);
    expect(verified.evidence.join('\n')).toMatch(/answered by: app-server-1 \d+, app-server-2/u);
    const outcome: ActionResult = await environment.run(activities.measureOutcome, {
      run,
      step: 9,
      servers: SERVERS,
      project,
    });
    expect(valueOf(outcome, 'service.error_rate')).toBe(0);
    expect(valueOf(outcome, 'health_check.response_time')).toBeGreaterThan(0);
  });

  it('fails to put in a server that the balancer cannot reach', async () => {
    await perform('pool.drain', onServer('app-server-2'));
    await close(services[1]);
    await expect(perform('pool.enable', onServer('app-server-2'))).rejects.toMatchObject({
      type: 'POOL_NOT_SERVING',
    });
  });

  it('waits for a request in flight while draining', async () => {
    const url = `${await port.url(POOL)}/slow`;
    const held = fetch(url);
    const active = async () =>
      (await port.state(POOL)).servers.find((each) => Number(each.active) > 0)?.name;
    await expect.poll(active, { interval: 10 }).toBeDefined();
    const server = (await active()) ?? '';
    await perform('pool.drain', onServer(server));
    const short = { ...onServer(server), settings: { limitSeconds: 0.1 } };
    const cut = await perform('connections.wait', short);
    expect(valueOf(cut, 'connections.active')).toBe(1);
    slow.resolve();
    const long = { ...onServer(server), settings: { limitSeconds: 5 } };
    const done = await perform('connections.wait', long);
    expect(valueOf(done, 'connections.active')).toBe(0);
    expect((await held).status).toBe(200);
  });
});

function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/slow') void slow.promise.then(() => response.end('ok'));
    else setTimeout(() => response.end('ok'), 2);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined || !server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
