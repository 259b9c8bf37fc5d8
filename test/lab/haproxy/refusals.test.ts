/** What is wrong with an HAProxy is one clear error that names it and the next thing to do. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHaproxy } from '../../../src/adapters/haproxy/haproxy.ts';
import { openLocalSocket } from '../../../src/adapters/haproxy/local-socket.ts';
import type { LoadBalancer } from '../../../src/ports/load-balancer.ts';
import { BACKEND } from './support/running-haproxy.ts';
import { POOL, type Subject, startSubject } from './support/subject.ts';

const UNRESOLVED = 'server ghost no-such-host.invalid:80 init-addr none';
const FOLLOWER = 'backend follower\n  server own 127.0.0.1:9 track app/srv-s3';

describe('HAProxy refuses', () => {
  let subject: Subject;
  const opened: ReturnType<typeof createHaproxy>[] = [];
  beforeAll(async () => {
    subject = await startSubject({
      backend: `${UNRESOLVED}\n  server spare 127.0.0.1:9 backup`,
      sections: FOLLOWER,
    });
  });
  afterAll(async () => {
    for (const each of opened) each.close();
    await subject.close();
  });

  const over = (
    socket: string,
    backends: Readonly<Record<string, string>> = { [POOL]: BACKEND },
  ): LoadBalancer => {
    const created = createHaproxy({
      instances: [{ name: 'HAProxy on lb-1', backends, open: () => openLocalSocket(socket) }],
      names: { s1: 'srv-s1' },
      urls: {},
      routesMap: '/etc/haproxy/no-such.map',
      times: { answerMs: 500, openMs: 500 },
    });
    opened.push(created);
    return created;
  };

  it('changes through a socket without the right to make them', async () => {
    const balancer = over(subject.haproxy.operatorSocket);
    expect((await balancer.state(POOL)).servers.length).toBeGreaterThan(3);
    await expect(balancer.drain(POOL, 's1')).rejects.toMatchObject({
      name: 'PortError',
      kind: 'refused',
      message: 'HAProxy on lb-1 permits no changes through this socket.',
      remedy: expect.stringContaining('level admin'),
    });
    await expect(balancer.setWeights(POOL, { s1: 3 })).rejects.toMatchObject({ kind: 'refused' });
  });

  it('a server that the backend does not have, and lists those that it has', async () => {
    await expect(over(subject.haproxy.socket).drain(POOL, 's9')).rejects.toMatchObject({
      kind: 'not-found',
      subject: 's9',
      message: expect.stringMatching(
        /backend app of HAProxy on lb-1 has no server s9 \(it has srv-s1, srv-s2/u,
      ),
      remedy: expect.stringContaining('balancer.names'),
    });
  });

  it('a backup server, which serves only where all others have failed', async () => {
    const balancer = over(subject.haproxy.socket);
    const { servers } = await balancer.state(POOL);
    expect(servers.map(({ name }) => name)).not.toContain('spare');
    await expect(balancer.enable(POOL, 'spare')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('a backend that it does not have', async () => {
    const balancer = over(subject.haproxy.socket, { [POOL]: 'no-such' });
    await expect(balancer.state(POOL)).rejects.toMatchObject({
      kind: 'not-found',
      message: 'HAProxy on lb-1 has no backend no-such.',
      remedy: expect.stringContaining('balancer.pool'),
    });
    await expect(balancer.state('other')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('to enable a server whose name does not resolve', async () => {
    const balancer = over(subject.haproxy.socket);
    const { servers } = await balancer.state(POOL);
    expect(servers.find(({ name }) => name === 'ghost')).toMatchObject({
      admin: 'maint',
      held: { zh: '它的主机名无法解析', en: 'its name does not resolve' },
      healthy: false,
    });
    await balancer.drain(POOL, 'ghost');
    await expect(balancer.enable(POOL, 'ghost')).rejects.toMatchObject({
      kind: 'conflict',
      message: 'HAProxy on lb-1 itself keeps app/ghost in maintenance: its name does not resolve.',
    });
  });

  it('to enable a server that follows another one which is out', async () => {
    const balancer = over(subject.haproxy.socket, { [POOL]: 'follower' });
    await subject.haproxy.say(`set server ${BACKEND}/srv-s3 state maint`);
    await expect(balancer.enable(POOL, 'own')).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('the server that it tracks is in maintenance'),
    });
    await subject.haproxy.say(`set server ${BACKEND}/srv-s3 state drain`);
    await expect(balancer.enable(POOL, 'own')).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('took "state ready" for follower/own and shows drain'),
    });
    await subject.haproxy.say(`set server ${BACKEND}/srv-s3 state ready`);
  });

  it('a map that it does not read, and a route to a backend that it does not have', async () => {
    const balancer = over(subject.haproxy.socket);
    await expect(balancer.setRoutes({ '/api': POOL })).rejects.toMatchObject({
      kind: 'not-found',
      message: 'HAProxy on lb-1 reads no map /etc/haproxy/no-such.map.',
    });
    await expect(subject.balancer.setRoutes({ '/api': 'nowhere' })).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringMatching(/no backend nowhere \(it has app, other, follower\)/u),
    });
    expect(await subject.balancer.routes()).toEqual({});
  });

  it('a socket that is not there, and one where nobody listens', async () => {
    await expect(over('/run/no-such.sock').state(POOL)).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'HAProxy at /run/no-such.sock: there is no such socket.',
    });
    await expect(over('127.0.0.1:1').state(POOL)).rejects.toMatchObject({
      kind: 'unreachable',
      message: 'HAProxy at 127.0.0.1:1: nobody listens there.',
    });
  });

  describe('another program has the socket', () => {
    let folder: string;
    let server: Server;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'runsheet-no-haproxy-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it.each([
      ['says nothing', '', 'no answer within 0.5 s'],
      ['speaks another language', 'what?\n> ', 'it answers "what?" to "show info"'],
    ])('which %s', async (name, text, reason) => {
      const path = join(folder, name.replaceAll(' ', '-'));
      server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (chunk) => {
          for (const _line of String(chunk).trim().split('\n')) socket.write(text);
        });
      });
      await new Promise<void>((resolve) => server.listen(path, () => resolve()));
      const startedMs = performance.now();
      await expect(over(path).state(POOL)).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining(`HAProxy on lb-1: ${reason}`),
        remedy: expect.stringContaining('stats socket'),
      });
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      server.close();
    });
  });

  it('its socket is gone in the middle, and there again', async () => {
    const own = await startSubject();
    await own.balancer.drain(POOL, 's1');
    await own.haproxy.close();
    await expect(own.balancer.state(POOL)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('there is no such socket'),
    });
    own.balancer.close();
    await Promise.all(own.services.map((each) => each.stop()));
  });
});
