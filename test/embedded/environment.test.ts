import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshHosts } from '../../src/adapters/ssh/ssh-hosts.ts';
import {
  assembleEnvironment,
  type EnvironmentOptions,
  type EnvironmentParts,
} from '../../src/embedded/assemble-environment.ts';
import { startEnvironment } from '../../src/embedded/environment.ts';
import { probePort } from '../../src/embedded/ports.ts';
import { groupIsAlive } from '../../src/embedded/process-group.ts';

let folder: string;
let options: EnvironmentOptions;

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
      identityFile: join(stateFolder, 'keys', 'id'),
      hostKeys: [],
      serviceAddress: '127.0.0.1',
      servicePort,
      baseFolder: join(stateFolder, 'servers', name),
    }));
    return { connections, close: () => closeAll(listening) };
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

/** A service as the runtime puts it on record on its server. */
async function startRecordedService(baseFolder: string): Promise<number> {
  const child = spawn('sleep', ['120'], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const processStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const place = join(baseFolder, 'services', 'shipping-quotes');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'current.json'), JSON.stringify({ pid: String(pid), processStart }));
  return pid;
}

const stateFile = (name: string): string => join(folder, '.runsheet', name);

async function isThere(name: string): Promise<boolean> {
  return stat(stateFile(name)).then(
    () => true,
    () => false,
  );
}

describe('assembleEnvironment', () => {
  it('says where everything is once it answers, refuses a second one, and leaves nothing behind', async () => {
    const environment = await assembleEnvironment(options, parts);
    const { connections } = environment;
    expect(JSON.parse(await readFile(stateFile('connections.json'), 'utf8'))).toEqual(connections);
    expect((await stat(stateFile('connections.json'))).mode & 0o777).toBe(0o600);
    expect((await readFile(stateFile('env'), 'utf8')).trim().split('\n')).toEqual([
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
    const environment = await startEnvironment(options);
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
    const ports = servers.map(({ port }) => port);
    expect(await Promise.all(ports.map(probePort))).toEqual(ports);
  }, 60_000);

  it('stops what it had started when one part fails, and says which', async () => {
    const failing: EnvironmentParts = {
      ...parts,
      startRegistry: () => Promise.reject(new Error('the registry has no disk')),
    };
    await expect(assembleEnvironment(options, failing)).rejects.toThrow('the registry has no disk');
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
