import { claimFreePort } from '../../src/embedded/ports.ts';

/**
 * Some port of 127.0.0.1 for a server that listens on it later. Claimed until this process ends, so
 * that nobody else who claims a port is given it meanwhile.
 */
export async function freePort(): Promise<number> {
  const { port } = await claimFreePort();
  return port;
}
