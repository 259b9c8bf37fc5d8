/** What each adapter does for an attempt that counts no more: it changes nothing, and what it reads it reads. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDockerRuntime } from '../../src/adapters/docker/docker-runtime.ts';
import { createEmbeddedBalancer } from '../../src/adapters/embedded-balancer/embedded-balancer.ts';
import { createHaproxy } from '../../src/adapters/haproxy/haproxy.ts';
import { createNginx } from '../../src/adapters/nginx/nginx.ts';
import { createSshHosts } from '../../src/adapters/ssh/ssh-hosts.ts';
import { startBalancer } from '../../src/embedded/balancer.ts';
import type { Fence } from '../../src/ports/fence.ts';
import type { LoadBalancer } from '../../src/ports/load-balancer.ts';
import { PortError } from '../../src/ports/port-error.ts';
import type { ServerHosts } from '../../src/ports/server-host.ts';
import { connectTo, scriptedProcess } from './haproxy/scripted-haproxy.ts';
import { ScriptedMachine } from './nginx/scripted-machine.ts';
import { makeSubject } from './process-runtime/subject.ts';
import { startTestServer, type TestServer } from './ssh/embedded-servers.ts';

const TAKEN_OVER = new PortError('conflict', 'web-1', 'TAKEN_OVER: by another.', '');

let isOver: boolean;
let asked: string[];
beforeEach(() => {
  isOver = false;
  asked = [];
});

const fence: Fence = (subject) => {
  asked.push(subject);
  if (!isOver) return Promise.resolve();
  return Promise.reject(TAKEN_OVER);
};

async function refused(work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toBe(TAKEN_OVER);
}

describe('a server over SSH', () => {
  let test: TestServer;
  let hosts: ServerHosts;
  beforeAll(async () => {
    test = await startTestServer();
    hosts = createSshHosts([test.server], { fence });
  });
  afterAll(async () => {
    await hosts.close();
    await test.close();
  });

  it('runs no command for it', async () => {
    const host = hosts.get('s1');
    const file = join(host.baseFolder, 'touched');
    isOver = true;
    await refused(host.exec(['touch', file]));
    expect(existsSync(file)).toBe(false);
    isOver = false;
    await host.exec(['touch', file]);
    expect(existsSync(file)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('keeps the file that was there, and leaves none beside it', async () => {
    const host = hosts.get('s1');
    await host.writeFile('config/app.conf', 'old');
    const { mtimeMs } = statSync(join(host.baseFolder, 'config'));
    isOver = true;
    await refused(host.writeFile('config/app.conf', 'new'));
    expect(statSync(join(host.baseFolder, 'config')).mtimeMs).toBe(mtimeMs);
    isOver = false;
    expect((await host.readFile('config/app.conf'))?.toString()).toBe('old');
    const { stdout } = await host.exec(['ls', join(host.baseFolder, 'config')]);
    expect(stdout).toBe('app.conf\n');
  });
});

describe('processes', () => {
  let subject: Awaited<ReturnType<typeof makeSubject>>;
  let hosts: ServerHosts;
  beforeAll(async () => {
    subject = await makeSubject();
    hosts = createSshHosts([subject.test.server], { fence });
  }, 60_000);
  afterAll(async () => {
    await hosts.close();
    await subject.close();
  });

  it('are started, stopped, fetched and forgotten only by who counts', async () => {
    const { server, service, first, second, start } = subject;
    const runtime = subject.makeRuntime(hosts);
    const release = { ...start, digest: first.digest, version: 'v1', runId: 'run-1' };
    await runtime.pull(server, service, first, {});
    await runtime.start(server, service, release);
    isOver = true;
    await refused(runtime.stop(server, service, { graceMs: 1_000 }));
    await refused(runtime.pull(server, service, second, {}));
    await refused(runtime.start(server, service, { ...release, digest: second.digest }));
    await refused(runtime.forget(server, service, 'run-1'));
    await refused(runtime.finish(server, service, 0));
    const state = await subject.runtime.inspect(server, service);
    expect(state).toMatchObject({ running: true, present: [first.digest] });
    expect(Object.values(state.starts)).toEqual([1]);
    isOver = false;
    await runtime.stop(server, service, { graceMs: 1_000 });
    expect(await subject.runtime.inspect(server, service)).toMatchObject({ running: false });
  }, 60_000);
});

describe('an engine', () => {
  let test: TestServer;
  beforeAll(async () => {
    test = await startTestServer();
  });
  afterAll(() => test.close());

  it('is asked nothing for it, not even over a stream that is open', async () => {
    const socketPath = join(test.folder, 'engine.sock');
    const requests: string[] = [];
    const engine = createServer((request, response) => {
      requests.push(`${request.method} ${request.url?.split('?')[0]}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
    await new Promise<void>((listening) => engine.listen(socketPath, listening));
    const hosts = createSshHosts([test.server]);
    const host = hosts.get('s1');
    const runtime = createDockerRuntime({
      hosts: {
        ...hosts,
        get: () => ({ ...host, name: 's1', openSocket: async (path) => createConnection(path) }),
      },
      registryHost: 'registry.example.com',
      repository: 'team/app',
      quote: (argv) => argv.join(' '),
      socketOf: () => socketPath,
      fence,
    });
    await runtime.stop('s1', 'app', { graceMs: 1_000 });
    const before = requests.length;
    expect(before).toBeGreaterThan(0);
    isOver = true;
    await refused(runtime.stop('s1', 'app', { graceMs: 1_000 }));
    expect(requests).toHaveLength(before);
    await hosts.close();
    engine.closeAllConnections();
    await new Promise((closed) => engine.close(closed));
  });
});

describe('a pool', () => {
  const POOL = 'web';
  const NGINX = 'upstream app {\n  server 10.0.0.11:8080;\n  server 10.0.0.12:8080;\n}\n';
  const SERVERS = { web1: 0, web2: 0 };
  let close: () => unknown = () => undefined;
  afterEach(() => close());

  const haproxy = (): LoadBalancer => {
    const bits: Record<string, number> = { ...SERVERS };
    const told = scriptedProcess(7, (command) => {
      const [, name = '', value = ''] = /^set server app\/(\w+) state (\w+)$/u.exec(command) ?? [];
      if (value !== '') bits[name] = value === 'drain' ? 8 : 0;
      if (command.startsWith('show stat'))
        return '# pxname,svname,type,scur,stot\napp,web1,2,0,4\napp,web2,2,0,4\n';
      if (command !== 'show servers state app') return '';
      const lines = Object.entries(bits).map(([server, admin]) => `app ${server} 2 ${admin} 1`);
      return `1\n# be_name srv_name srv_op_state srv_admin_state srv_uweight\n${lines.join('\n')}\n`;
    });
    const balancer = createHaproxy({
      instances: [
        { name: 'lb-1', backends: { web: 'app' }, fence, open: async () => connectTo(told) },
      ],
      names: {},
      urls: {},
      routesMap: null,
    });
    close = () => balancer.close();
    return balancer;
  };
  const nginx = (asking = fence): LoadBalancer =>
    createNginx({
      instances: [
        {
          ...new ScriptedMachine(NGINX).endpoint('nginx'),
          fence: asking,
          pools: {
            web: {
              file: '/etc/nginx/web.conf',
              upstream: 'app',
              servers: () => [
                { name: 'web1', theirs: null, address: '10.0.0.11:8080' },
                { name: 'web2', theirs: null, address: '10.0.0.12:8080' },
              ],
            },
          },
        },
      ],
      urls: {},
    });
  const embedded = async (): Promise<LoadBalancer> => {
    const running = await startBalancer({
      pools: {
        web: Object.keys(SERVERS).map((server) => ({ server, host: '127.0.0.1', port: 9 })),
      },
      health: () => ({ path: '/' }),
    });
    close = () => running.close();
    return createEmbeddedBalancer({ adminUrl: running.adminUrl, fence });
  };

  it.each([
    ['HAProxy', haproxy],
    ['nginx', () => nginx()],
    ['the embedded one', embedded],
  ])('of %s stays as it is', async (_kind, open) => {
    const balancer = await open();
    const admin = async (): Promise<readonly string[]> =>
      (await balancer.state(POOL)).servers.map(({ name, admin: is }) => `${name} ${is}`);
    await balancer.drain(POOL, 'web1');
    expect(await admin()).toEqual(['web1 drain', 'web2 ready']);
    isOver = true;
    await refused(balancer.enable(POOL, 'web1'));
    await refused(balancer.drain(POOL, 'web2'));
    await refused(balancer.setWeights(POOL, { web1: 7 }));
    expect(await admin()).toEqual(['web1 drain', 'web2 ready']);
    isOver = false;
    await balancer.enable(POOL, 'web1');
    expect(await admin()).toEqual(['web1 ready', 'web2 ready']);
  });

  it('of nginx takes the changes of others that share a reload', async () => {
    const current = new AsyncLocalStorage<boolean>();
    const balancer = nginx(() =>
      current.getStore() === true ? fence('nginx') : Promise.reject(TAKEN_OVER),
    );
    // Both are asked for while a first one is under way, so that one turn makes them.
    const first = current.run(true, () => balancer.drain(POOL, 'web2'));
    const [theirs, ours] = await Promise.allSettled([
      current.run(false, () => balancer.enable(POOL, 'web2')),
      current.run(true, () => balancer.drain(POOL, 'web1')),
    ]);
    await first;
    expect([theirs.status, ours.status]).toEqual(['rejected', 'fulfilled']);
    const { servers } = await balancer.state(POOL);
    expect(servers.map(({ admin }) => admin)).toEqual(['drain', 'drain']);
  });
});
