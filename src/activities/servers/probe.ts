/** What a server runs and how it stands in the pool. Reads only. */
import type { ServerBefore } from '../../plan/run.ts';
import { type Scoped, type ServerPorts, serverOf } from './context.ts';
import { placeOf, poolServer } from './pool-state.ts';

export async function probe(ports: ServerPorts, input: Scoped): Promise<ServerBefore> {
  const server = serverOf(input);
  const [{ running, release }, pool] = await Promise.all([
    ports.runtime.inspect(server, input.run.service),
    poolServer(ports, input),
  ]);
  const runs = running && release !== null;
  return {
    server,
    release: runs ? { digest: release.digest, version: release.version } : null,
    pool: placeOf(ports, pool),
  };
}
