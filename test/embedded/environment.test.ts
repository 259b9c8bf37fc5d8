import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabaseRecordStore } from '../../src/adapters/database/database-record-store.ts';
import { createEmbeddedBalancer } from '../../src/adapters/embedded-balancer/embedded-balancer.ts';
import { createSshHosts } from '../../src/adapters/ssh/ssh-hosts.ts';
import {
  assembleEnvironment,
  type EnvironmentParts,
} from '../../src/embedded/assemble-environment.ts';
import { startEnvironment } from '../../src/embedded/environment.ts';
import type { EnvironmentOptions } from '../../src/embedded/environment-settings.ts';
import { probePort } from '../../src/embedded/ports.ts';
import { groupIsAlive } from '../../src/embedded/process-group.ts';
import { startTemporalServer, type TemporalServer } from '../../src/embedded/temporal-server.ts';
import { sampleRecord } from '../contracts/record-store.ts';
import { startRecordedService } from './support/recorded-service.ts';

let folder: string;
let options: EnvironmentOptions;
/** For the tests that are not about Temporal: starting one takes seconds. */
let shared: TemporalServer;
let logFolder: string;

/** Servers whose services answer at once; the real ones have tests of their own. */
const parts: EnvironmentParts = {
  async startServers({ servers, stateFolder }) {
    const listening: Server[] = [];
    for (const { servicePort } of servers) {
      const service = createServer((_request, response) => response.end('ok'));
      await new Promise<void>((resolve) => service.listen(servicePort, '127.0.0.1', resolve));
      listening.push(service);
    }
    const connections = servers.map(({ name, environment, sshPort, servicePort }) => ({
      name,
      environment,
      host: '127.0.0.1',
      port: sshPort,
      user: 'runsheet',
      identityFiles: [join(stateFolder, 'keys', 'id')],
      hostKeys: [],
      serviceAddress: '127.0.0.1',
      servicePort,
      baseFolder: join(stateFolder, 'servers', name),
    }));
    return { connections, ended: new Promise(() => undefined), close: () => closeAll(listening) };
  },
  stopServices: () => Promise.resolve(),
  async startRegistry() {
    const registry = createServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const address = registry.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { url: `http://127.0.0.1:${port}`, close: () => closeAll([registry]) };
  },
};

async function closeAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

beforeAll(async () => {
  logFolder = await mkdtemp(join(tmpdir(), 'runsheet-temporal-'));
  shared = await startTemporalServer({
    env: process.env,
    port: 0,
    headless: true,
    logFile: join(logFolder, 'temporal.log'),
  });
});

afterAll(async () => {
  await shared.close();
  await rm(logFolder, { recursive: true, force: true });
});

/** As where TEMPORAL_ADDRESS is configured. */
function withShared(): EnvironmentOptions {
  return { ...options, temporal: { address: shared.address, namespace: 'default', uiUrl: null } };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-environment-'));
  const { TEMPORAL_ADDRESS: _address, ...env } = process.env;
  options = {
    projectFolder: folder,
    servers: [
      { name: 'app-server-1', environment: 'production' },
      { name: 'app-server-2', environment: 'production' },
      { name: 'dev-server-1', environment: 'development' },
    ],
    env,
    temporalPort: 0,
    uiPort: 0,
  };
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const stateFile = (name: string): string => join(folder, '.runsheet', name);

async function isThere(name: string): Promise<boolean> {
  return stat(stateFile(name)).then(
    () => true,
    () => false,
  );
}

/** Health is to follow within a second. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 1_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in 1 s');
    await sleep(20);
  }
}

describe('assembleEnvironment', () => {
  it('says where everything is once it answers, refuses a second one, and leaves nothing behind', async () => {
    const environment = await assembleEnvironment(options, parts);
    const { connections } = environment;
    expect(JSON.parse(await readFile(stateFile('connections.json'), 'utf8'))).toEqual(connections);
    expect((await stat(stateFile('connections.json'))).mode & 0o777).toBe(0o600);
    expect((await readFile(stateFile('env'), 'utf8')).trim().split('\n')).toEqual([
      expect.stringMatching(/^RUNSHEET_CHECKOUTS=\/.*\/runsheet-checkouts-\d+$/u),
      `TEMPORAL_ADDRESS=${connections.temporal.address}`,
      `TEMPORAL_UI_URL=${connections.temporal.uiUrl}`,
      `BALANCER_URL=${connections.balancer.pools['production']}`,
    ]);
    expect(Object.keys(connections.balancer.pools)).toEqual(['production', 'development']);
    expect((await fetch(connections.balancer.pools['production'] ?? '')).status).toBe(200);
    await expect(assembleEnvironment(options, parts)).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
    });
    expect(await isThere('env')).toBe(true);

    await environment.close();
    await environment.close();
    expect([
      await isThere('env'),
      await isThere('connections.json'),
      await isThere('dev.lock'),
    ]).toEqual([false, false, false]);
    const used = [
      connections.temporal.address,
      connections.temporal.uiUrl ?? '',
      connections.balancer.adminUrl,
      connections.database.url,
      ...Object.values(connections.balancer.pools),
    ].map((address) => Number(/:(\d+)(?:\/|$)/.exec(address)?.[1]));
    expect(await Promise.all(used.map(probePort))).toEqual(used);

    const { temporalPort: _port, uiPort: _uiPort, ...former } = options;
    // As after `source .runsheet/env`: the address is that of the server that has ended.
    const env = { ...options.env, TEMPORAL_ADDRESS: connections.temporal.address };
    const again = await assembleEnvironment({ ...former, env }, parts);
    expect(again.connections.temporal).toEqual(connections.temporal);
    expect(again.connections.balancer).toEqual(connections.balancer);
    expect(again.connections.servers).toEqual(connections.servers);
    await again.close();
  }, 90_000);

  it('starts servers that let in the key that it names, and no other', async () => {
    const environment = await startEnvironment(withShared());
    const { servers, registry } = environment.connections;
    expect(servers.map(({ name }) => name)).toEqual(options.servers.map(({ name }) => name));
    const hosts = createSshHosts(servers);
    const service = await startRecordedService(servers[0]?.baseFolder ?? '');
    const { exitCode, stdout } = await hosts.get('app-server-2').exec(['echo', 'here']);
    expect([exitCode, stdout]).toEqual([0, 'here\n']);
    await hosts.close();
    expect((await fetch(`${registry.url}/v2/nothing/manifests/v1`)).status).toBe(404);
    expect(groupIsAlive(service)).toBe(true);
    await environment.close();
    expect(groupIsAlive(service)).toBe(false);
    const ports = servers.map(({ port = 0 }) => port);
    expect(await Promise.all(ports.map(probePort))).toEqual(ports);
  }, 60_000);

  it('lets nobody wait for the database, and moves what the balancer has for a server', async () => {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const environment = await assembleEnvironment(withShared(), parts);
    const { balancer, database } = environment.connections;
    const store = createDatabaseRecordStore({ url: database.url });
    await store.write(sampleRecord({ requestId: 'first' }));
    delay.disable();
    // In this thread its first use takes seconds; below that, a busy machine alone can delay a loop.
    expect(delay.max / 1e6).toBeLessThan(500);
    await store.close();

    const client = createEmbeddedBalancer({ adminUrl: balancer.adminUrl });
    const healthOf = async (server: string): Promise<boolean | null | undefined> =>
      (await client.state('production')).servers.find(({ name }) => name === server)?.healthy;
    await until(async () => (await healthOf('app-server-2')) === true);
    await environment.moveBalancerTarget('app-server-2', { host: '127.0.0.1', port: 9 });
    await until(async () => (await healthOf('app-server-2')) === false);
    await environment.moveBalancerTarget('app-server-2', null);
    await until(async () => (await healthOf('app-server-2')) === true);
    await expect(environment.moveBalancerTarget('app-server-9', null)).rejects.toThrow(
      'app-server-9',
    );
    await environment.close();
  }, 60_000);

  it('stops what it had started when one part fails, and says which', async () => {
    const failing: EnvironmentParts = {
      ...parts,
      startRegistry: () => Promise.reject(new Error('the registry has no disk')),
    };
    await expect(assembleEnvironment(withShared(), failing)).rejects.toThrow(
      'the registry has no disk',
    );
    expect(await isThere('env')).toBe(false);
    expect(await isThere('dev.lock')).toBe(false);
  }, 60_000);

  it('names a Temporal server that is configured and does not answer, within 10 s', async () => {
    const wrong = { ...options, env: { ...options.env, TEMPORAL_ADDRESS: '127.0.0.1:1' } };
    const startedMs = Date.now();
    const started = assembleEnvironment(wrong, parts);
    await expect(started).rejects.toMatchObject({ code: 'NO_TEMPORAL_SERVER' });
    await expect(started).rejects.toThrow(/127\.0\.0\.1:1[\s\S]*unset TEMPORAL_ADDRESS/);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
  });
});
