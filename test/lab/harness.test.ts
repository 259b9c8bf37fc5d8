/** The lab itself: what the other tests take for granted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Load } from './load/load.ts';
import { PoolWatch } from './load/pool-watch.ts';
import { Haproxy } from './support/haproxy.ts';
import { type Lease, leaseServers } from './support/lease.ts';
import { docker, machine, SSH_CONFIG } from './support/machine.ts';
import { makeRepository, tagRelease } from './support/releases.ts';
import type { LabServer } from './support/server.ts';
import { run, until } from './support/shell.ts';
import { labState } from './verifier/lab-state.ts';
import { digestOfTag } from './verifier/registry.ts';

const REPOSITORY = 'lab/harness';

describe('the lab', () => {
  let lease: Lease;
  let server: LabServer;
  let haproxy: Haproxy;
  let folder: string;

  beforeAll(async () => {
    lease = await leaseServers(1);
    [server] = lease.servers as [LabServer];
    folder = mkdtempSync(join(tmpdir(), 'runsheet-lab-harness-'));
    haproxy = await Haproxy.start({ folder: join(folder, 'haproxy'), servers: lease.servers });
  });
  afterAll(async () => {
    await haproxy?.stop();
    lease?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const looked = () => labState({ servers: lease.servers, haproxy });

  it('gives a server by SSH, with its own host key and engine', async () => {
    const argv = ['ssh', '-F', SSH_CONFIG, server.name, 'hostname; docker ps -q | wc -l'];
    expect((await run(argv)).trim().split('\n')).toEqual([server.name, '0']);
    const keys = machine().servers.map(({ hostKey }) => hostKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells the truth of an empty server', async () => {
    const { servers, pool, answers } = await looked();
    expect(servers[server.name]).toMatchObject({ containers: [], running: [], version: null });
    expect(pool[server.name]?.admin).toBe('ready');
    expect(answers).toEqual({ 503: 6 });
  });

  it('builds, pushes and pulls a release, and knows its digest', async () => {
    const { baseImage, pushRegistry, pullRegistry } = machine();
    const source = join(folder, 'service');
    await makeRepository(source);
    await tagRelease(source, 'v1.0.0', {});
    const reference = `${REPOSITORY}:v1.0.0`;
    const tag = `${pushRegistry}/${reference}`;
    await docker('build', '-q', '--build-arg', `BASE=${baseImage}`, '-t', tag, source);
    await docker('push', '-q', tag);
    await docker('image', 'rm', tag);
    const digest = await digestOfTag(REPOSITORY, 'v1.0.0');
    const image = `${pullRegistry}/${REPOSITORY}@${digest}`;
    await server.shell(`docker run -d --init --name hello -p 8080:8080 ${image} >/dev/null 2>&1`);
    const healthy = async () => (await looked()).pool[server.name]?.healthy === true;
    await until('HAProxy finds it healthy', healthy);
    const { servers, answers } = await looked();
    expect(servers[server.name]).toMatchObject({ running: [digest], version: 'v1.0.0' });
    expect(answers).toEqual({ 'v1.0.0': 6 });
  });

  it('counts the same at the customer and in the log of HAProxy', async () => {
    const watch = new PoolWatch(haproxy);
    const load = new Load({ url: haproxy.url, mark: 'harness', perSecond: 200, slowEvery: 50 });
    await sleep(2_000);
    const [seen, pool] = await Promise.all([load.stop(), watch.stop()]);
    expect(seen.statuses).toEqual({ 200: seen.sent });
    expect(seen.longestMs).toBeGreaterThan(5_000);
    await until('all is logged', () => haproxy.logged('harness')['200'] === seen.sent);
    expect(pool.fewest).toBe(1);
  });

  it('has a service that answers what it has begun when it is stopped', async () => {
    const slow = fetch(`${haproxy.url}/slow`);
    await sleep(500);
    const began = performance.now();
    await server.shell('docker stop -t 9 hello');
    expect((await slow).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(3_000);
    const { servers } = await looked();
    expect(servers[server.name]?.containers).toMatchObject([{ name: 'hello', state: 'exited' }]);
  });

  it('has servers that freeze, lose the network and the power, and come back', async () => {
    const engineAnswers = async () => (await looked()).servers[server.name]?.containers !== null;
    await server.freeze();
    expect(await engineAnswers()).toBe(false);
    await server.thaw();
    expect(await engineAnswers()).toBe(true);
    await server.disconnect();
    await expect(
      run(['ssh', '-F', SSH_CONFIG, '-o', 'ConnectTimeout=1', server.name, 'true']),
    ).rejects.toThrow('ssh');
    await server.cutPower();
    await server.powerOn();
    await server.reconnect();
    const argv = ['ssh', '-F', SSH_CONFIG, server.name, 'hostname'];
    expect((await run(argv)).trim()).toBe(server.name);
    await lease.servers[0]?.reset();
    expect((await looked()).servers[server.name]?.containers).toEqual([]);
  });
});
