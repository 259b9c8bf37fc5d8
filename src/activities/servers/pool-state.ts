/** How the run's servers stand in the project's pool, read from the balancer. */
import type { ServerBefore } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import { type OnServer, type ServerPorts } from './context.ts';

type BalancerPort = Pick<ServerPorts, 'balancer'>;

/** The project's pool as the balancer answers it now. */
export function poolState(ports: BalancerPort, { pool }: BalancerSettings): Promise<PoolState> {
  return ports.balancer.state(pool);
}

/** How one server stands in it; null: the balancer does not know it. */
export async function poolServer(
  ports: ServerPorts,
  { server }: OnServer,
  balancer: BalancerSettings,
): Promise<PoolServer | null> {
  return findServer(await poolState(ports, balancer), server);
}

export function findServer(state: PoolState, server: string): PoolServer | null {
  return state.servers.find((each) => each.name === server) ?? null;
}

/** Whether the balancer, or one of several, gives it requests where it is healthy. */
export function isTaking(server: PoolServer): boolean {
  return server.admin === 'ready' || server.split === true;
}

/**
 * Whether it really serves: in the pool of each balancer, and not known to be ill. Of a balancer that
 * checks nothing, who is in the pool is all that can be known.
 */
export function isServing(server: PoolServer): boolean {
  return server.admin === 'ready' && server.healthy !== false;
}

/** Where a server stands before the run. @param member null: the balancer does not know it */
export function placeOf(ports: BalancerPort, member: PoolServer | null): ServerBefore['pool'] {
  if (!ports.balancer.capabilities.pool) return 'none';
  return member?.admin ?? 'absent';
}

/** An operator's decision, which no run changes. */
export function isMaintained(server: PoolServer): boolean {
  return server.admin === 'maint' && server.held === undefined;
}
