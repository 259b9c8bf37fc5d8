/** Connections to a server behind a real HAProxy that do not end by themselves. */
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import type { PoolServer } from '../../../src/ports/load-balancer.ts';
import { valueOf } from '../../activities/servers/stage.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { send } from './support/stream.ts';
import { POOL } from './support/subject.ts';

/** For a busy machine; what is waited for comes at once on an idle one. */
const PATIENCE = { timeout: 20_000, interval: 20 };
const LONG = { settings: { limitSeconds: 30 } };

let deployment: Deployment;
const open: Duplex[] = [];
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await deployment.close();
});

function upgrade(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const outgoing = request(url, { agent: false, headers });
    outgoing.on('error', reject);
    outgoing.on('response', ({ statusCode }) => reject(new Error(`answered ${statusCode}`)));
    outgoing.on('upgrade', (_answer, socket) => {
      socket.on('error', () => undefined);
      open.push(socket);
      resolve();
    });
    outgoing.end();
  });
}

const memberOf = async (server: string): Promise<PoolServer | undefined> =>
  (await deployment.balancer.state(POOL)).servers.find(({ name }) => name === server);

it('B13: two WebSockets and a request: the request is waited for, before and after a reload', async () => {
  deployment = await startDeployment({ names: ['s1', 's2'] });
  const { url } = deployment.haproxy;
  await deployment.act('pool.drain', 's2');
  await upgrade(`${url}/one`);
  await upgrade(`${url}/two`);
  const answered = send(`${url}/slow/1500`);
  await expect.poll(async () => (await memberOf('s1'))?.active, PATIENCE).toBe(3);
  await deployment.act('pool.enable', 's2');
  await deployment.act('pool.drain', 's1');
  await expect
    .poll(() => memberOf('s1'), PATIENCE)
    .toMatchObject({ active: 1, tunnels: { count: 2, oldestSeconds: expect.any(Number) } });
  const result = await deployment.act('connections.wait', 's1', LONG);
  expect(await answered).toBe(200);
  expect(valueOf(result, 'connections.active')).toBe(0);
  expect(result.evidence[1]).toContain('2 long-lived connections (WebSockets), the oldest');

  await deployment.haproxy.reload();
  await deployment.act('pool.drain', 's1');
  expect(await memberOf('s1')).toMatchObject({ active: 0, tunnels: { count: 2 } });
});
