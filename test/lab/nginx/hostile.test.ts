/** A real nginx whose configuration, machine or operator is not as one would like. */
import { chmodSync, chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createNginx } from '../../../src/adapters/nginx/nginx.ts';
import { createCommandRunner } from '../../../src/adapters/process/command-runner.ts';
import type { LoadBalancer, PoolServer } from '../../../src/ports/load-balancer.ts';
import { freePort } from '../../support/free-port.ts';
import { send } from '../haproxy/support/stream.ts';
import { until } from '../support/shell.ts';
import { type RunningNginx, UPSTREAM } from './support/running-nginx.ts';
import { POOL, type Subject, type SubjectSetup, startSubject } from './support/subject.ts';
import { openWebSocket } from './support/web-socket.ts';

let subject: Subject;
const closing: (() => unknown)[] = [];

async function begin(setup: SubjectSetup = {}): Promise<Subject> {
  subject = await startSubject(setup);
  closing.push(() => subject.close());
  return subject;
}

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function server(name: string): Promise<PoolServer> {
  const found = (await subject.balancer.state(POOL)).servers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no server ${name}`);
  return found;
}

describe('the file', () => {
  it('keeps what somebody else wrote, its mode and its owner', async () => {
    const { nginx, balancer, services } = await begin({
      upstream: '  least_conn; # as the shop wants it\n  keepalive 4;',
      line: (name, port) => `server 127.0.0.1:${port} max_fails=0 ; # ${name} in the café`,
    });
    chmodSync(nginx.upstreamFile, 0o640);
    const before = nginx.read();
    await balancer.drain(POOL, 's2');
    const line = `server 127.0.0.1:${services[1]?.port} max_fails=0`;
    expect(nginx.read()).toBe(before.replace(`${line} ;`, `${line} down ; # runsheet: drain`));
    await balancer.enable(POOL, 's2');
    expect(nginx.read()).toBe(before);
    expect(nginx.mode()).toBe(0o640);
    const names = readdirSync(join(nginx.folder, 'upstreams')).filter((each) => each[0] !== '.');
    expect(names, 'nothing that an include of *.conf would read').toEqual(['app.conf']);
  });

  it('of two runs at once has the changes of both', async () => {
    const { balancer, another, nginx } = await begin({ names: ['s1', 's2', 's3', 's4'] });
    const other = another();
    await Promise.all([
      balancer.drain(POOL, 's1'),
      other.drain(POOL, 's2'),
      balancer.setWeights(POOL, { s4: 5 }),
      other.drain(POOL, 's3'),
    ]);
    const { servers } = await another().state(POOL);
    expect(servers.map(({ name, admin, weight }) => `${name} ${admin} ${weight}`)).toEqual([
      's1 drain 1',
      's2 drain 1',
      's3 drain 1',
      's4 ready 5',
    ]);
    expect(nginx.read().match(/# runsheet: drain/gu)).toHaveLength(3);
  });

  it('is as it was where nginx refuses the whole configuration, and nothing is loaded', async () => {
    const { nginx, balancer } = await begin();
    const [before, workers] = [nginx.read(), nginx.workers()];
    writeFileSync(join(nginx.folder, 'upstreams', 'other.conf'), 'no_such_directive on;\n');
    await expect(balancer.assertChangeable?.(POOL)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(balancer.drain(POOL, 's1')).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/is as it was: .*no_such_directive/u),
    });
    expect([nginx.read(), nginx.workers()]).toEqual([before, workers]);
    expect(await server('s1')).toMatchObject({ admin: 'ready' });
    expect((await server('s1')).split).toBeUndefined();
  });

  it('is given back where the change is cut off before it is tested', async () => {
    const { nginx } = await begin();
    const slow = join(nginx.folder, 'slow-nginx');
    const begun = join(nginx.folder, 'test-begun');
    writeFileSync(slow, `#!/bin/sh\ntouch ${begun}\nexec sleep 60\n`, { mode: 0o755 });
    const before = nginx.read();
    const end = new AbortController();
    const cut = reachedBy(nginx, { command: [slow], signal: end.signal });
    const drained = cut.drain(POOL, 's1');
    const refused = expect(drained).rejects.toMatchObject({ kind: 'unavailable' });
    await until('nginx -t has begun', () => existsSync(begun));
    expect(nginx.read()).not.toBe(before);
    end.abort();
    await refused;
    await until('the file is as it was', () => nginx.read() === before);
    await subject.balancer.drain(POOL, 's1');
    expect(await server('s1')).toMatchObject({ admin: 'drain', active: 0 });
  });
});

interface Otherwise {
  readonly command?: readonly string[];
  /** What each command on the machine is run by. */
  readonly as?: readonly string[];
  readonly signal?: AbortSignal;
}

/** The same nginx, reached in another way. */
function reachedBy(
  nginx: RunningNginx,
  { command = nginx.command, as = [], signal }: Otherwise,
): LoadBalancer {
  const commands = createCommandRunner({ environment: process.env });
  const { upstreamFile: file, pidFile } = nginx;
  return createNginx({
    instances: [
      {
        name: 'nginx',
        pidFile,
        command,
        run: (argv, timeoutMs) =>
          commands.run({
            argv: [...as, ...argv],
            cwd: '/',
            timeoutMs,
            ...(signal !== undefined && { signal }),
          }),
        pools: {
          [POOL]: {
            file,
            upstream: UPSTREAM,
            servers: () =>
              subject.services.map(({ name, port }) => ({
                name,
                theirs: null,
                address: `127.0.0.1:${port}`,
              })),
          },
        },
      },
    ],
    urls: {},
  });
}

describe('a login without rights', () => {
  const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

  it('sees the pool, and the preflight names what it may not write', async () => {
    const { nginx } = await begin();
    const before = nginx.read();
    const balancer = reachedBy(nginx, { as: AS_NOBODY });
    await balancer.drain(POOL, 's1').catch(() => undefined);
    expect(nginx.read()).toBe(before);
    expect((await balancer.state(POOL)).servers.map(({ admin }) => admin)).toEqual([
      'ready',
      'ready',
      'ready',
    ]);
    await expect(balancer.assertChangeable?.(POOL)).rejects.toMatchObject({
      kind: 'refused',
      message: `nginx: the login may not read and write ${join(nginx.folder, 'upstreams')}.`,
    });
    chmodSync(nginx.upstreamFile, 0o600);
    await expect(balancer.state(POOL)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('of its own folder may write, and is refused what nginx itself needs root for', async () => {
    const { nginx } = await begin();
    const [before, folder] = [nginx.read(), join(nginx.folder, 'upstreams')];
    chownSync(folder, 65534, 65534);
    const balancer = reachedBy(nginx, { as: AS_NOBODY });
    await expect(balancer.assertChangeable?.(POOL)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(balancer.drain(POOL, 's1')).rejects.toMatchObject({
      message: expect.stringMatching(/nginx -t.*ermission denied/u),
      remedy: expect.stringContaining('command: [sudo, -n, /usr/sbin/nginx]'),
    });
    expect(nginx.read()).toBe(before);
  });
});

describe('a reload', () => {
  it('that nginx does not take is an error, and is made up for by the next attempt', async () => {
    const { nginx, balancer } = await begin();
    const port = await freePort();
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    closing.push(() => taken.close());
    // `nginx -t` does not mind a port in use; the master process that reloads does.
    writeFileSync(
      join(nginx.folder, 'upstreams', 'other.conf'),
      `server { listen 127.0.0.1:${port}; return 204; }\n`,
    );
    await expect(balancer.drain(POOL, 's1')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('did not take the reload within 30 s'),
    });
    expect(await server('s1')).toMatchObject({ admin: 'drain', split: true, active: null });
    await new Promise<void>((resolve) => taken.close(() => resolve()));
    await balancer.drain(POOL, 's1');
    expect(await server('s1')).toMatchObject({ admin: 'drain', active: 0 });
    expect((await server('s1')).split).toBeUndefined();
  });

  it('of an operator who edited the file is noticed; without it the preflight refuses', async () => {
    const { nginx, balancer, services } = await begin();
    const line = `server 127.0.0.1:${services[0]?.port}`;
    nginx.write(nginx.read().replace(`${line};`, `${line} down;`));
    await expect(balancer.assertChangeable?.(POOL)).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('since it was changed'),
    });
    await nginx.editAndReload((text) => text);
    await balancer.assertChangeable?.(POOL);
    expect(await server('s1')).toMatchObject({ admin: 'maint' });
  });

  it('keeps what is out when nginx is started anew', async () => {
    const { nginx, balancer } = await begin();
    await balancer.drain(POOL, 's1');
    await nginx.stop();
    await expect(balancer.state(POOL)).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(balancer.enable(POOL, 's1')).rejects.toMatchObject({ kind: 'unreachable' });
    await nginx.start();
    expect(await server('s1')).toMatchObject({ admin: 'drain', active: 0 });
    await balancer.assertChangeable?.(POOL);
  });
});

describe('a long connection', () => {
  it('keeps a worker of before: to the server it is counted, to another nothing is known', async () => {
    const { nginx, balancer } = await begin({ names: ['s1', 's2'] });
    await balancer.drain(POOL, 's2');
    const toFirst = await openWebSocket(nginx.url);
    closing.push(() => toFirst.destroy());
    await balancer.enable(POOL, 's2');
    await balancer.drain(POOL, 's1');
    expect(await server('s1')).toMatchObject({ admin: 'drain', active: 1 });
    expect((await server('s1')).awaited?.en).toContain('worker_shutdown_timeout');
    // To the second no connection leads, and the worker that still runs knew it as one to send to.
    await balancer.enable(POOL, 's1');
    await balancer.drain(POOL, 's2');
    expect(await server('s2')).toMatchObject({ admin: 'drain', active: null });
    toFirst.destroy();
    await expect.poll(async () => (await server('s2')).active, { timeout: 10_000 }).toBe(0);
    expect((await server('s2')).awaited).toBeUndefined();
  });

  it('is bounded by worker_shutdown_timeout', async () => {
    const { nginx, balancer } = await begin({
      names: ['s1', 's2'],
      main: 'worker_shutdown_timeout 1s;',
    });
    await balancer.drain(POOL, 's2');
    const socket = await openWebSocket(nginx.url);
    const cut = new Promise((resolve) => socket.once('close', resolve));
    await balancer.enable(POOL, 's2');
    await balancer.drain(POOL, 's1');
    await cut;
    await expect.poll(async () => (await server('s1')).active, { timeout: 10_000 }).toBe(0);
  });
});

describe('several nginxes', () => {
  it('are kept in step, and one that fails says how the other stands', async () => {
    const { nginxes, balancer } = await begin({ nginxes: 2 });
    await balancer.drain(POOL, 's1');
    for (const { url } of nginxes) {
      const before = subject.services[0]?.answered();
      for (let count = 0; count < 6; count += 1) expect(await send(url)).toBe(200);
      expect(subject.services[0]?.answered()).toBe(before);
    }
    await nginxes[1]?.stop();
    await expect(balancer.enable(POOL, 's1')).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('The others: nginx 1: s1 ready'),
    });
    await nginxes[1]?.start();
    expect(await server('s1')).toMatchObject({ admin: 'drain', split: true });
    await balancer.enable(POOL, 's1');
    expect(await server('s1')).toMatchObject({ admin: 'ready' });
  });
});
