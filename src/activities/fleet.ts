/** What surrounds the actions on real servers: preflight, prefetch, observation, guard, host keys. */
import type { FleetActivities } from './contract.ts';
import { createHostKeyActivities } from './fleet/host-keys.ts';
import { observe } from './fleet/observe.ts';
import type { FleetPorts } from './fleet/ports.ts';
import { prefetch } from './fleet/prefetch.ts';
import { preflightServer } from './fleet/preflight-server.ts';
import { preflightShared } from './fleet/preflight-shared.ts';
import { guardPool } from './servers/guard-pool.ts';

export type { FleetPorts };

export function createFleetActivities(ports: FleetPorts): FleetActivities {
  return {
    preflightServer: (input) => preflightServer(ports, input),
    preflightShared: (input) => preflightShared(ports, input),
    prefetchServer: (input) => prefetch(ports, input),
    observeServers: (input) => observe(ports, input),
    guardPool: (input) => guardPool(ports, input),
    ...createHostKeyActivities(ports),
  };
}
