/** What a server runs and how it stands in the pool. Reads only. */
import type { ServerBefore } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { ServiceState } from '../../ports/container-runtime.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { placeOf, poolServer } from './pool-state.ts';
import { routedNow } from './routes.ts';

export async function probe(
  ports: ServerPorts,
  input: OnServer,
  balancer: BalancerSettings,
): Promise<ServerBefore> {
  const { server } = input;
  const [state, pool] = await Promise.all([
    ports.runtime.inspect(server, input.run.service),
    poolServer(ports, input, balancer),
  ]);
  const routed = await routedNow(ports, balancer, { server, weight: pool?.weight ?? null });
  const before = beforeOf(server, state, placeOf(ports, pool));
  return { ...before, ...(routed !== null && { routed }) };
}

export function beforeOf(
  server: string,
  { running, release }: Pick<ServiceState, 'running' | 'release'>,
  pool: ServerBefore['pool'],
): ServerBefore {
  if (running || release === null) return { server, release, pool };
  return { server, release: null, stopped: release, pool };
}
