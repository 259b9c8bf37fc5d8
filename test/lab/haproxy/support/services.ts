/** Small HTTP services behind the balancer, which can be stopped, started and told to be slow. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Service {
  readonly name: string;
  readonly port: number;
  /** Answers given, health checks left out. */
  readonly answered: () => number;
  /** Refuses connections from now on; what is open is cut. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What the health path answers. */
  healthStatus: number;
}

/**
 * `/slow` takes 400 ms, `/slow/N` N ms, `/broken` is a 500; everything else answers at once. A request to
 * upgrade is granted, and what comes then has no answer.
 */
export async function startService(name: string): Promise<Service> {
  let answered = 0;
  const service = { healthStatus: 200 };
  const upgraded = new Set<Duplex>();
  const create = (): Server => {
    const made = createServer((request, response) => {
      const url = request.url ?? '/';
      if (url === '/healthz') {
        response.writeHead(service.healthStatus).end();
        return;
      }
      answered += 1;
      const [, kind, ms] = url.split('/');
      const delayMs = kind === 'slow' ? Number(ms ?? 400) : 1;
      setTimeout(() => {
        response.writeHead(kind === 'broken' ? 500 : 200, { 'x-runsheet-server': name });
        response.end(name);
      }, delayMs);
    });
    made.on('upgrade', ({ headers }, socket) => {
      upgraded.add(socket);
      socket.on('error', () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(headers['sec-websocket-key'])}\r\n\r\n`,
      );
    });
    return made;
  };
  let server = create();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  return Object.assign(service, {
    name,
    port,
    answered: () => answered,
    stop() {
      for (const socket of upgraded) socket.destroy();
      upgraded.clear();
      return close(server);
    },
    async start() {
      server = create();
      await listen(server, port);
    },
  });
}

/** HAProxy passes on no other answer to a WebSocket's key (RFC 6455, 4.2.2). */
function acceptOf(key = ''): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

function listen(server: Server, port: number): Promise<void> {
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
