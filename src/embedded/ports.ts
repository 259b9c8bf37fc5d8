import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A port that is reserved, whether or not we listen on it yet. */
export interface PortClaim {
  readonly port: number;
  release(): Promise<void>;
}

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
 * Reserves a port for a server that listens on it later: of two projects that choose at the same time, only
 * one gets it. Held as the UDP port of the same number, which none of our servers uses and which the system
 * takes back from a killed process.
 * @returns null: something listens there, or another process is about to
 */
export async function claimPort(port: number): Promise<PortClaim | null> {
  const release = await holdDatagramPort(port);
  if (release === null) return null;
  if ((await probePort(port)) !== null) return { port, release };
  await release();
  return null;
}

function holdDatagramPort(port: number): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.unref();
    socket.once('error', () => resolve(null));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      let closed: Promise<void> | null = null;
      resolve(() => {
        closed ??= new Promise((done) => socket.close(() => done()));
        return closed;
      });
    });
  });
}

/**
 * Below every system's range for outgoing connections (Linux from 32768, macOS from 49152), so that no
 * connection takes the port before we listen on it.
 */
const LOWEST_PORT = 20_000;
const PORTS = 10_000;
const MAXIMUM_ATTEMPTS = 100;

/** Reserves any free port on 127.0.0.1. */
export async function claimFreePort(): Promise<PortClaim> {
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
    const claim = await claimPort(LOWEST_PORT + randomInt(PORTS));
    if (claim !== null) return claim;
  }
  throw new Error(`no free port on 127.0.0.1 between ${LOWEST_PORT} and ${LOWEST_PORT + PORTS}`);
}

export interface StablePorts {
  readonly ports: Readonly<Record<string, number>>;
  release(): Promise<void>;
}

/**
 * Reserves ports that stay the same across starts, where possible.
 * @param wanted the previous port of each name
 * @returns a port for each name, the previous one where possible
 */
export async function claimStablePorts(
  names: readonly string[],
  wanted: Readonly<Record<string, number>>,
): Promise<StablePorts> {
  const claims = new Map<string, PortClaim>();
  const release = async (): Promise<void> => {
    await Promise.all([...claims.values()].map((claim) => claim.release()));
  };
  try {
    for (const name of names) {
      const former = wanted[name];
      const claim = former === undefined ? null : await claimPort(former);
      claims.set(name, claim ?? (await claimFreePort()));
    }
  } catch (error) {
    await release();
    throw error;
  }
  const ports = [...claims].map(([name, { port }]) => [name, port] as const);
  return { ports: Object.fromEntries(ports), release };
}
