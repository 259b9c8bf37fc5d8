import { join } from 'node:path';
import { EmbeddedError } from './embedded-error.ts';
import { claimFolder } from './folder-claim.ts';
import { probePort } from './ports.ts';

export interface PortClaim {
  readonly port: number;
  release(): Promise<void>;
}

/**
 * Takes a port for a server that listens on it only later: of two projects that start at the same
 * time only one gets it. A claim whose process is gone counts for nothing.
 * @param cacheFolder the user's own, which all projects share
 * @returns null where something listens there, or another process is about to
 */
export async function claimPort(port: number, cacheFolder: string): Promise<PortClaim | null> {
  const release = await claimOf(port, cacheFolder);
  if (release === null) return null;
  if ((await probePort(port)) !== null) return { port, release };
  await release();
  return null;
}

/** A cache that cannot be written leaves the probe alone to decide. */
async function claimOf(port: number, cacheFolder: string): Promise<(() => Promise<void>) | null> {
  try {
    const file = join(cacheFolder, 'ports', `${port}.lock`);
    const claim = await claimFolder(file, `127.0.0.1:${port}`);
    return () => claim.release();
  } catch (error) {
    if (error instanceof EmbeddedError && error.code === 'ALREADY_RUNNING') return null;
    return () => Promise.resolve();
  }
}
