import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, type RequestListener, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedBalancer } from '../../src/adapters/embedded-balancer/embedded-balancer.ts';
import { type Balancer, type BalancerOptions, startBalancer } from '../../src/embedded/balancer.ts';
import type { LoadBalancer } from '../../src/ports/load-balancer.ts';

interface Backend {
  readonly name: string;
  readonly port: number;
  readonly server: Server;
  served: number;
}

interface Answer {
  readonly status: number;
  readonly server: string | undefined;
  readonly body: string;
  readonly ms: number;
}

let folder: string;
let backends: Backend[];
let balancer: Balancer;
let client: LoadBalancer;

async function startBackend(name: string, listener?: RequestListener, port = 0): Promise<Backend> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === '/healthz') {
      outgoing.end('ok');
      return;
    }
    backend.served += 1;
    if (listener !== undefined) {
      listener(incoming, outgoing);
      return;
    }
    const delayMs = Number(/ms=(\d+)/.exec(incoming.url ?? '')?.[1] ?? 2);
    incoming.resume();
    setTimeout(() => outgoing.end(name), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const backend = {
    name,
    server,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    served: 0,
  };
  return backend;
}

async function stopBackend(backend: Backend): Promise<void> {
  backend.server.closeAllConnections();
  await new Promise((resolve) => backend.server.close(resolve));
}

function ask(
  url: string,
  options: { method?: string; body?: string; agent?: Agent } = {},
): Promise<Answer> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent: options.agent ?? false,
      method: options.method ?? 'GET',
      headers: { 'x-runsheet-probe': '1' },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const server = response.headers['x-runsheet-server'];
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const ms = performance.now() - startedMs;
        resolve({
          status: response.statusCode ?? 0,
          server: typeof server === 'string' ? server : undefined,
          body,
          ms,
        });
      });
    });
    outgoing.end(options.body);
  });
}

async function start(more: Partial<BalancerOptions> = {}): Promise<void> {
  const servers = backends.map(({ name, port }) => ({ server: name, host: '127.0.0.1', port }));
  balancer = await startBalancer({
    pools: { production: servers },
    stateFile: join(folder, 'balancer.json'),
    health: () => ({ path: '/healthz' }),
    checkIntervalMs: 50,
    ...more,
  });
  client = createEmbeddedBalancer({ adminUrl: balancer.adminUrl });
  await until(async () =>
    (await client.state('production')).servers.every(({ healthy }) => healthy),
  );
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in 5 s');
    await sleep(10);
  }
}

/** Requests that wait for a server. */
async function heldNow(): Promise<number> {
  const response = await fetch(`${balancer.adminUrl}/pools/production`);
  return ((await response.json()) as { held: number }).held;
}

const poolUrl = (): string => balancer.pools['production'] ?? '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-balancer-'));
  backends = [];
  for (const name of ['app-server-1', 'app-server-2', 'app-server-3'])
    backends.push(await startBackend(name));
  await start();
});

afterEach(async () => {
  await balancer.close();
  await Promise.all(backends.map(stopBackend));
  await rm(folder, { recursive: true, force: true });
});

describe('the embedded balancer', () => {
  it('loses none of 5,000 requests while servers stop and start, one after the other and all at once', async () => {
    let failed = 0;
    let going = true;
    /** As a deployment does: out of the pool, nothing in flight, stopped, started, back into the pool. */
    const restart = async (names: readonly string[]): Promise<void> => {
      await Promise.all(names.map((name) => client.drain('production', name)));
      await until(async () =>
        (await Promise.all(names.map(stateOf))).every(({ active }) => active === 0),
      );
      for (const [index, backend] of backends.entries()) {
        if (!names.includes(backend.name)) continue;
        await stopBackend(backend);
        backends[index] = await startBackend(backend.name, undefined, backend.port);
      }
      await Promise.all(names.map((name) => client.enable('production', name)));
    };
    const rounds = [1, 2, 3].map((number) => [`app-server-${number}`]);
    let done = 0;
    const operator = (async () => {
      for (const all = backends.map(({ name }) => name); going; done += 1)
        await sleep(100).then(() => restart([...rounds, all][done % 4] ?? all));
    })();
    // Callers keep their connections, as browsers and other services do.
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const methods = ['GET', 'HEAD', 'POST', 'GET'];
    const customer = async (requests: number): Promise<void> => {
      for (let sent = 0; sent < requests; sent += 1) {
        const method = methods[sent % 4] ?? 'GET';
        const body = method === 'POST' ? { body: 'order' } : {};
        const answer = await ask(`${poolUrl()}/version`, { method, agent, ...body });
        const whole = method === 'HEAD' ? '' : (answer.server ?? '');
        if (answer.status !== 200 || answer.body !== whole) failed += 1;
      }
    };
    await Promise.all(Array.from({ length: 20 }, () => customer(250)));
    going = false;
    await operator;
    agent.destroy();
    expect(failed).toBe(0);
    expect(done).toBeGreaterThanOrEqual(4);
    const { servers } = await client.state('production');
    expect(servers.reduce((sum, { requests }) => sum + Number(requests), 0)).toBe(5_000);
    expect(servers.map(({ errors }) => errors)).toEqual([0, 0, 0]);
  }, 90_000);

  it('spreads requests evenly, or by weight', async () => {
    for (let sent = 0; sent < 60; sent += 1) await ask(poolUrl());
    expect(backends.map(({ served }) => served)).toEqual([20, 20, 20]);
    const { servers } = await client.state('production');
    expect(servers.every(({ p95Ms }) => p95Ms !== null && p95Ms > 0)).toBe(true);
    await client.setWeights('production', { 'app-server-1': 4 });
    for (let sent = 0; sent < 60; sent += 1) await ask(poolUrl());
    expect(backends.map(({ served }) => served)).toEqual([60, 30, 30]);
  });

  it('holds requests while the pool is empty, and answers them when a server is back', async () => {
    const startedMs = performance.now();
    const emptyMs = async (): Promise<number> => Number((await client.state('production')).emptyMs);
    const before = await emptyMs();
    for (const { name } of backends) await client.drain('production', name);
    const held = Array.from({ length: 50 }, () => ask(poolUrl()));
    await until(async () => (await heldNow()) === 50);
    const since = await emptyMs();
    await until(async () => (await emptyMs()) - since >= 100);
    expect(await heldNow()).toBe(50);
    await client.enable('production', 'app-server-2');
    const answers = await Promise.all(held);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(
      new Set(['200 app-server-2']),
    );
    expect(Math.min(...answers.map(({ ms }) => ms))).toBeGreaterThanOrEqual(100);
    expect((await emptyMs()) - before).toBeLessThan(performance.now() - startedMs);
  });

  it('answers 503 when nobody came back in time, and at once when too many wait', async () => {
    await balancer.close();
    await start({ holdMs: 1_000, holdLimit: 2 });
    for (const { name } of backends) await client.drain('production', name);
    const held = [ask(poolUrl()), ask(poolUrl())];
    await until(async () => (await heldNow()) === 2);
    expect((await ask(poolUrl())).status).toBe(503);
    expect(await heldNow()).toBe(2);
    const late = await Promise.all(held);
    expect(late.map(({ status }) => status)).toEqual([503, 503]);
    for (const { ms } of late) expect(ms).toBeGreaterThanOrEqual(990);
  });

  it('counts a request in flight during a drain and lets it end', async () => {
    const slow = ask(`${poolUrl()}/slow?ms=400`);
    await until(async () =>
      (await client.state('production')).servers.some(({ active }) => active === 1),
    );
    const busy =
      (await client.state('production')).servers.find(({ active }) => active === 1)?.name ?? '';
    await client.drain('production', busy);
    expect(await stateOf(busy)).toMatchObject({ admin: 'drain', active: 1 });
    for (let sent = 0; sent < 6; sent += 1) expect((await ask(poolUrl())).server).not.toBe(busy);
    expect((await slow).server).toBe(busy);
    await until(async () => (await stateOf(busy)).active === 0);
  });

  it('passes over a server that refuses connections, also for what may not be repeated', async () => {
    const [first] = backends;
    if (first === undefined) throw new Error('no backend');
    await stopBackend(first);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => ask(poolUrl(), { method: 'POST', body: 'x' })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await stateOf(first.name)).healthy).toBe(false);
    expect((await stateOf(first.name)).errors).toBe(0);
  });

  it('leaves a server out as soon as its address refuses, and takes it back within a second', async () => {
    await balancer.close();
    await start({ checkIntervalMs: 300 });
    balancer.moveTarget('app-server-2', { host: '127.0.0.1', port: 9 });
    const movedMs = performance.now();
    await until(async () => !(await stateOf('app-server-2')).healthy);
    expect(performance.now() - movedMs).toBeLessThan(250);
    for (let sent = 0; sent < 6; sent += 1) expect((await ask(poolUrl())).status).toBe(200);
    expect(backends[1]?.served).toBe(0);
    balancer.moveTarget('app-server-2', null);
    const backMs = performance.now();
    await until(async () => (await stateOf('app-server-2')).healthy === true);
    expect(performance.now() - backMs).toBeLessThan(1_000);
    expect(() => balancer.moveTarget('app-server-9', null)).toThrow('app-server-9');
  });

  it('repeats a GET that a server dropped, never a POST, and counts both as errors', async () => {
    await balancer.close();
    await Promise.all(backends.map(stopBackend));
    backends = [
      await startBackend('dropping', (incoming) => incoming.socket.destroy()),
      await startBackend('sound'),
    ];
    await start();
    const gets = [await ask(poolUrl()), await ask(poolUrl())];
    expect(gets.map(({ status, server }) => `${status} ${server}`)).toEqual([
      '200 sound',
      '200 sound',
    ]);
    const posts = [
      await ask(poolUrl(), { method: 'POST' }),
      await ask(poolUrl(), { method: 'POST' }),
    ];
    expect(posts.map(({ status }) => status).sort()).toEqual([200, 502]);
    const dropping = backends[0]?.served ?? 0;
    expect((await stateOf('dropping')).errors).toBe(dropping);
  });

  it("keeps drain states, weights and routes over a restart, and an operator's maint over ours", async () => {
    await client.drain('production', 'app-server-1');
    await client.setWeights('production', { 'app-server-2': 3 });
    await client.setRoutes({ '/admin': 'production' });
    const maint = { method: 'PUT', body: JSON.stringify({ admin: 'maint' }) };
    await fetch(`${balancer.adminUrl}/pools/production/servers/app-server-3`, maint);
    await balancer.close();
    await start();
    await client.drain('production', 'app-server-3');
    await client.enable('production', 'app-server-3');
    const { servers } = await client.state('production');
    expect(servers.map(({ admin, weight }) => `${admin} ${weight}`)).toEqual([
      'drain 1',
      'ready 3',
      'maint 1',
    ]);
    expect(await client.routes()).toEqual({ '/admin': 'production' });
  });

  it('sends a path to the pool that its longest route names', async () => {
    await balancer.close();
    const [first, second] = backends;
    if (first === undefined || second === undefined) throw new Error('no backend');
    await start({
      pools: {
        production: [{ server: first.name, host: '127.0.0.1', port: first.port }],
        reports: [{ server: second.name, host: '127.0.0.1', port: second.port }],
      },
    });
    await until(async () =>
      (await client.state('reports')).servers.every(({ healthy }) => healthy),
    );
    await client.setRoutes({ '/r': 'production', '/reports': 'reports' });
    expect((await ask(`${poolUrl()}/reports/today`)).body).toBe('app-server-2');
    expect((await ask(`${poolUrl()}/rest`)).body).toBe('app-server-1');
  });

  it('names the server only to who asks for it', async () => {
    const answer = await fetch(poolUrl());
    expect(answer.headers.get('x-runsheet-server')).toBeNull();
  });

  it('refuses what it does not know, and says what it knows', async () => {
    await expect(client.drain('production', 'app-server-9')).rejects.toMatchObject({
      kind: 'not-found',
    });
    await expect(client.drain('production', 'app-server-9')).rejects.toThrow(
      'app-server-1, app-server-2',
    );
    await expect(client.state('nothing')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(client.setRoutes({ '/x': 'nothing' })).rejects.toThrow('no pool nothing');
    await expect(client.setWeights('production', { 'app-server-1': -1 })).rejects.toMatchObject({
      kind: 'invalid',
    });
    const gone = createEmbeddedBalancer({ adminUrl: 'http://127.0.0.1:1' });
    await expect(gone.state('production')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

async function stateOf(server: string) {
  const found = (await client.state('production')).servers.find(({ name }) => name === server);
  if (found === undefined) throw new Error(`${server} is not in the pool`);
  return found;
}
