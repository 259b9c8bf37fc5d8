/** What surrounds the actions on real servers: preflight, prefetch, observation, guard, host keys. */
import type { FleetActivities } from './contract.ts';
import { createHostKeyActivities } from './fleet/host-keys.ts';
import { observe } from './fleet/observe.ts';
import type { FleetPorts } from './fleet/ports.ts';
import { prefetch } from './fleet/prefetch.ts';
import { preflightServer } from './fleet/preflight-server.ts';
import { preflightShared } from './fleet/preflight-shared.ts';
import type { Unnoted } from './servers/context.ts';
import { guardPool } from './servers/guard-pool.ts';
import { createPoolNotes } from './servers/pool-notes.ts';

export type { FleetPorts };

export function createFleetActivities(given: Unnoted<FleetPorts>): FleetActivities {
  const ports: FleetPorts = { ...given, notes: given.notes ?? createPoolNotes() };
  return {
    preflightServer: (input) => preflightServer(ports, input),
    preflightShared: (input) => preflightShared(ports, input),
    prefetchServer: (input) => prefetch(ports, input),
    observeServers: (input) => observe(ports, input),
    guardPool: (input) => guardPool(ports, input),
    ...createHostKeyActivities(ports),
  };
}
