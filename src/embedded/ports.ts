import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Whether a listener could be opened on 127.0.0.1 now.
 * @param port 0 asks for any
 * @returns the port that was free, or null
 */
export function probePort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(found));
    });
  });
}

/**
 * Below every system's range for outgoing connections (Linux from 32768, macOS from 49152): a port that
 * is listened on only later must not be taken by a connection meanwhile.
 */
const LOWEST_PORT = 20_000;
const PORTS = 10_000;
const MAXIMUM_ATTEMPTS = 100;

/** Some free port of 127.0.0.1; another program may still take it before its caller does. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
    const port = await probePort(LOWEST_PORT + randomInt(PORTS));
    if (port !== null) return port;
  }
  const any = await probePort(0);
  if (any === null) throw new Error('no free port on 127.0.0.1');
  return any;
}

/**
 * Ports that stay the same from one start to the next where they can.
 * @param wanted the former port of each name
 * @returns a port that is free now for each name, the former one wherever possible
 */
export async function stablePorts(
  names: readonly string[],
  wanted: Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  const taken = new Set<number>();
  for (const name of names) {
    const former = wanted[name];
    let port = former !== undefined && !taken.has(former) ? await probePort(former) : null;
    for (let attempt = 0; port === null && attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
      const candidate = await freePort();
      if (!taken.has(candidate)) port = candidate;
    }
    if (port === null) throw new Error('no free port on 127.0.0.1');
    taken.add(port);
    ports[name] = port;
  }
  return ports;
}
