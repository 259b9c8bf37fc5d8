import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createEmbeddedBalancer,
  EMBEDDED_CAPABILITIES,
} from '../../../src/adapters/embedded-balancer/embedded-balancer.ts';
import { startBalancer } from '../../../src/embedded/balancer.ts';
import { describeLoadBalancerContract } from '../../contracts/load-balancer.ts';

interface Service {
  server: Server;
  readonly port: number;
  /** Requests, health checks left out. */
  answered: number;
}

async function startService(port = 0): Promise<Service> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== '/healthz') service.answered += 1;
    setTimeout(() => outgoing.end('hello'), incoming.url === '/slow' ? 400 : 1);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const service = { server, port: (server.address() as AddressInfo).port, answered: 0 };
  return service;
}

function stopService({ server }: Service): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function send(url: string): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent: false });
    outgoing.on('error', () => resolve(0));
    outgoing.on('response', (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.end();
  });
}

describeLoadBalancerContract('embedded', EMBEDDED_CAPABILITIES, async () => {
  const names = ['s1', 's2', 's3'];
  const services = new Map<string, Service>();
  for (const name of names) services.set(name, await startService());
  const portOf = (name: string): number => services.get(name)?.port ?? 0;
  const running = await startBalancer({
    pools: {
      production: names.map((name) => ({ server: name, host: '127.0.0.1', port: portOf(name) })),
    },
    health: () => ({ path: '/healthz' }),
    checkIntervalMs: 50,
  });
  return {
    balancer: createEmbeddedBalancer({ adminUrl: running.adminUrl }),
    pool: 'production',
    servers: names,
    answered: (name) => services.get(name)?.answered ?? 0,
    send: (path) => send(`${running.pools['production']}${path}`),
    async setMaint(server) {
      await fetch(`${running.adminUrl}/pools/production/servers/${server}`, {
        method: 'PUT',
        body: JSON.stringify({ admin: 'maint' }),
      });
    },
    async setDown(name, down) {
      const service = services.get(name);
      if (service === undefined) throw new Error(`no service ${name}`);
      if (down) await stopService(service);
      else services.set(name, await startService(service.port));
    },
    async close() {
      await running.close();
      for (const service of services.values()) await stopService(service);
    },
  };
});
