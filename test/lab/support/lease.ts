/** Servers of the lab for one test file, nobody else's meanwhile. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { claim, release } from './claims.ts';
import { machine, RUN_FOLDER } from './machine.ts';
import { LabServer } from './server.ts';
import { until } from './shell.ts';

const LEASES = join(RUN_FOLDER, 'leases');
/** Other files have their servers for minutes. */
const LEASE_LIMIT_MS = 500_000;
const EVERY_MS = 250;

export interface Lease {
  readonly servers: readonly LabServer[];
  close(): void;
}

/** Waits until so many are free, all at once or none; they come clean. */
export async function leaseServers(count: number): Promise<Lease> {
  mkdirSync(LEASES, { recursive: true });
  let taken: readonly LabServer[] = [];
  await until(
    `${count} servers of the lab are free`,
    () => {
      taken = take(count);
      return taken.length === count;
    },
    LEASE_LIMIT_MS,
    EVERY_MS,
  );
  const close = (): void => taken.forEach(({ name }) => release(join(LEASES, name)));
  try {
    await Promise.all(taken.map((server) => server.reset()));
  } catch (error) {
    close();
    throw error;
  }
  return { servers: taken, close };
}

function take(count: number): readonly LabServer[] {
  const taken: LabServer[] = [];
  for (const server of machine().servers.map((each) => new LabServer(each))) {
    if (taken.length < count && claim(join(LEASES, server.name))) taken.push(server);
  }
  if (taken.length < count) {
    taken.forEach(({ name }) => release(join(LEASES, name)));
    return [];
  }
  return taken;
}
