/** What a server runs and how it stands in the pool. Reads only. */
import type { ServerBefore } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { placeOf, poolServer } from './pool-state.ts';

export async function probe(
  ports: ServerPorts,
  input: OnServer,
  balancer: BalancerSettings,
): Promise<ServerBefore> {
  const { server } = input;
  const [{ running, release }, pool] = await Promise.all([
    ports.runtime.inspect(server, input.run.service),
    poolServer(ports, input, balancer),
  ]);
  const runs = running && release !== null;
  return {
    server,
    release: runs ? { digest: release.digest, version: release.version } : null,
    pool: placeOf(ports, pool),
  };
}
