/** What surrounds the actions on real servers: preflight, prefetch, observation, guard, host keys. */
import { OPERATIONS } from '../actions/index.ts';
import type { FleetActivities } from './contract.ts';
import { createHostKeyActivities } from './fleet/host-keys.ts';
import { observe } from './fleet/observe.ts';
import type { FleetPorts } from './fleet/ports.ts';
import { prefetch } from './fleet/prefetch.ts';
import { examineServer } from './fleet/preflight-server.ts';
import { examineShared } from './fleet/preflight-shared.ts';
import { implementOperation } from './implement.ts';
import type { Unnoted } from './servers/context.ts';
import { guard } from './servers/guard-pool.ts';
import { createPoolNotes } from './servers/pool-notes.ts';

export type { FleetPorts };

export function createFleetActivities(
  given: Unnoted<FleetPorts>,
): Omit<FleetActivities, 'showServers'> {
  const ports: FleetPorts = { ...given, notes: given.notes ?? createPoolNotes() };
  return {
    ...implementOperation(
      OPERATIONS.preflightServer,
      (work, image, runtime, container, files, health, balancer) =>
        examineServer(ports, work, { image, runtime, container, files, health, balancer }),
    ),
    ...implementOperation(
      OPERATIONS.preflightShared,
      (work, image, runtime, container, files, health, balancer) =>
        examineShared(ports, work, { image, runtime, container, files, health, balancer }),
    ),
    ...implementOperation(OPERATIONS.prefetchServer, (work, image, runtime) =>
      prefetch(ports, work, image, runtime),
    ),
    ...implementOperation(OPERATIONS.observeServers, (work, health, balancer) =>
      observe(ports, work, health, balancer),
    ),
    ...implementOperation(OPERATIONS.guardPool, (work, balancer) => guard(ports, work, balancer)),
    ...createHostKeyActivities(ports),
  };
}
