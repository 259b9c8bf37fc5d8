/** How many connections there are, how long they stay, and what is said when one breaks. */
import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshHosts, type SshLimits } from '../../../src/adapters/ssh/ssh-hosts.ts';
import { openKey } from '../../../src/embedded/ssh/keys.ts';
import type { ServerHost, ServerHosts } from '../../../src/ports/server-host.ts';
import { startTestServer, type TestServer } from './embedded-servers.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let test: TestServer;
let proxy: TcpProxy;
const closers: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  test = await startTestServer();
  proxy = await startTcpProxy(test.server.port ?? 0);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await proxy.close();
  await test.close();
});

/** Servers s1, s2, …, which are one and the same, each logged in to by a name of its own. */
function hostsOf(count: number, limits: Partial<SshLimits> = {}): ServerHosts {
  const servers = Array.from({ length: count }, (_, index) => ({
    ...test.server,
    name: `s${index + 1}`,
    user: `user${index + 1}`,
    port: proxy.port,
  }));
  const hosts = createSshHosts(servers, { limits });
  closers.push(() => hosts.close());
  return hosts;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `s${i + 1}`);

describe('a connection', () => {
  it('is one for all who need it, kept between them, and closed when idle', async () => {
    const hosts = hostsOf(1, { idleMs: 400 });
    const host = hosts.get('s1');
    await Promise.all(Array.from({ length: 20 }, () => host.exec(['true'])));
    await host.writeFile('x', 'y');
    await host.exec(['true']);
    expect([proxy.opened(), proxy.open()]).toEqual([1, 1]);
    await expect.poll(() => proxy.open()).toBe(0);
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n');
    expect(proxy.opened()).toBe(2);
  });

  it('lets nobody in on what another name of the same machine was let in for', async () => {
    const other = await openKey(join(test.folder, 'other'), 'key');
    const { server } = test;
    const hosts = createSshHosts([
      server,
      { ...server, name: 's2', hostKeys: [] },
      { ...server, name: 's3', hostKeys: [other.publicKey] },
      { ...server, name: 's4', identityFiles: [join(test.folder, 'missing')] },
    ]);
    closers.push(() => hosts.close());
    await hosts.get('s1').exec(['true']);
    await expect(hosts.get('s2').exec(['true'])).rejects.toThrow('HOST_KEY_UNKNOWN');
    await expect(hosts.get('s3').exec(['true'])).rejects.toThrow('HOST_KEY_CHANGED');
    await expect(hosts.get('s4').exec(['true'])).rejects.toMatchObject({ subject: 's4' });
  });

  it('is not idle while a stream over it is open', async () => {
    const path = join(test.server.baseFolder, 'quiet.sock');
    const quiet = await listen(path, () => undefined);
    closers.push(() => void quiet.close());
    const stream = await hostsOf(1, { idleMs: 50 }).get('s1').openSocket(path);
    // Four times as long as an idle one would stay.
    await sleep(200);
    expect(proxy.open()).toBe(1);
    stream.destroy();
    await expect.poll(() => proxy.open()).toBe(0);
  });

  it('that breaks is said to everybody at once, and opened again', async () => {
    const path = join(test.server.baseFolder, 'quiet.sock');
    const quiet = await listen(path, () => undefined);
    closers.push(() => void quiet.close());
    const host = hostsOf(1).get('s1');
    const stream = await host.openSocket(path);
    const broken = new Promise((resolve) => stream.once('error', resolve));
    const ended = new Promise((resolve) => stream.once('end', () => resolve('end')));
    stream.resume();
    const running = await untilRunning(host);
    proxy.breakAll();
    const lost = { name: 'PortError', kind: 'unavailable', subject: 's1' };
    expect(await running.failure).toMatchObject(lost);
    expect(await Promise.race([broken, ended])).toMatchObject(lost);
    expect((await host.exec(['echo', 'again'])).stdout).toBe('again\n');
  });

  it('that is silent is given up after four unanswered beats', async () => {
    const host = hostsOf(1, { keepaliveMs: 100 }).get('s1');
    const running = await untilRunning(host);
    proxy.silence();
    const startedMs = performance.now();
    expect(await running.failure).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('it stopped answering'),
    });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('to what is no SSH server at all, or says nothing, is bounded in time', async () => {
    const mute = await listen(0, () => undefined);
    const wrong = await listen(0, (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    closers.push(
      () => void mute.close(),
      () => void wrong.close(),
    );
    for (const server of [mute, wrong]) {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const hosts = createSshHosts([{ ...test.server, port, connectTimeoutMs: 300 }]);
      await expect(hosts.get('s1').exec(['true'])).rejects.toMatchObject({
        name: 'PortError',
        subject: 's1',
        message: expect.stringContaining(`127.0.0.1:${port}`),
      });
      await hosts.close();
    }
  });
});

describe('many servers', () => {
  it('have no more connections than the bound: the one idle longest is closed', async () => {
    const hosts = hostsOf(6, { connections: 3 });
    for (const name of names(6)) {
      await hosts.get(name).exec(['true']);
      expect(proxy.open()).toBeLessThanOrEqual(3);
    }
    await hosts.get('s6').exec(['true']);
    await hosts.get('s5').exec(['true']);
    expect(proxy.opened()).toBe(6);
    await hosts.get('s1').exec(['true']);
    expect(proxy.opened()).toBe(7);
  });

  it('wait for a connection while all are in use, and no longer than the bound', async () => {
    const hosts = hostsOf(4, { connections: 2, queueMs: 3_000 });
    const printed = await Promise.all(
      names(4).map(async (name) =>
        (await hosts.get(name).exec(['sh', '-c', `sleep 0.2; echo ${name}`])).stdout.trim(),
      ),
    );
    expect(printed).toEqual(names(4));
    const impatient = hostsOf(2, { connections: 1, queueMs: 100 });
    const cancel = new AbortController();
    const long = await untilRunning(impatient.get('s1'), cancel.signal);
    await expect(impatient.get('s2').exec(['true'])).rejects.toMatchObject({
      kind: 'unavailable',
      subject: 's2',
      message: expect.stringContaining('all 1 connections of the worker are in use'),
    });
    cancel.abort(new Error('enough'));
    expect(await long.failure).toMatchObject({ message: 'enough' });
  });

  it('log in no more at once than the bound', async () => {
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, proxy.open());
    }, 1);
    const hosts = hostsOf(12, { opening: 2, connections: 12, idleMs: 1 });
    await Promise.all(names(12).map((name) => hosts.get(name).exec(['true'])));
    clearInterval(watch);
    expect(proxy.opened()).toBe(12);
    // Two that log in, and those that are closing.
    expect(most).toBeLessThan(10);
  });

  it('are refused once the worker closes', async () => {
    const hosts = hostsOf(1);
    await hosts.get('s1').exec(['true']);
    await hosts.close();
    await expect(hosts.get('s1').exec(['true'])).rejects.toMatchObject({ kind: 'unavailable' });
    await expect.poll(() => proxy.open()).toBe(0);
  });
});

/** A command of thirty seconds that has begun, and how it fails. */
async function untilRunning(
  host: ServerHost,
  signal?: AbortSignal,
): Promise<{ readonly failure: Promise<unknown> }> {
  const begun = join(test.server.baseFolder, 'begun');
  const options = signal === undefined ? {} : { signal };
  const failure = host
    .exec(['sh', '-c', 'touch "$1"; exec sleep 30', 'sh', begun], options)
    .catch((error: unknown) => error);
  await expect.poll(() => existsSync(begun)).toBe(true);
  return { failure };
}

function listen(at: string | number, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    server.listen(at, () => resolve(server));
  });
}
