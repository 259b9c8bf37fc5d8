/** A server's place in the pool: out of it, back in, what is measured there, and what undoes it. */
import { OPERATIONS } from '../../actions/index.ts';
import { restoreRoutes, updateRoutes } from '../../actions/run/routes.ts';
import { verifyTraffic } from '../../actions/run/traffic.ts';
import { drain, readmit } from '../../actions/servers/drain.ts';
import { enable, withdraw } from '../../actions/servers/enable.ts';
import { waitForRequests } from '../../actions/servers/wait-for-requests.ts';
import { implement, implementCompensation, implementOperation } from '../implement.ts';
import { putBack, takeOutAgain } from './compensations.ts';
import type { ServerPorts } from './context.ts';
import { inPool, noPoolLine } from './no-pool.ts';
import { measureSinceEnable } from './outcome.ts';
import { awaitRequests, putIn, takeOut } from './pool.ts';
import { probe } from './probe.ts';
import { putRoutesBack, setRoutes } from './routes.ts';
import { countTraffic } from './traffic.ts';

export type PoolActivities = ReturnType<typeof createPoolActivities>;

const NO_TRAFFIC = { 'traffic.all_receive': null, 'traffic.deviation': null } as const;

export function createPoolActivities(ports: ServerPorts) {
  return {
    ...implement(drain, (work, balancer) =>
      inPool(ports, work, { 'pool.removed': null }, () => takeOut(ports, work, balancer)),
    ),
    ...implement(waitForRequests, (work, balancer) =>
      inPool(ports, work, { 'connections.active': null }, () =>
        awaitRequests(ports, work, balancer),
      ),
    ),
    ...implement(enable, (work, balancer, health) =>
      inPool(ports, work, { 'pool.enabled': null }, () => putIn(ports, work, { balancer, health })),
    ),
    ...implement(updateRoutes, (work, balancer) => setRoutes(ports, work, balancer)),
    ...implement(verifyTraffic, (work, balancer, health) =>
      inPool(ports, work, NO_TRAFFIC, () => countTraffic(ports, work, { balancer, health })),
    ),
    ...implementCompensation(readmit, async (work, balancer, health) => {
      const none = noPoolLine(ports, work);
      return none === null ? putBack(ports, work, { balancer, health }) : [none];
    }),
    ...implementCompensation(restoreRoutes, async (work, balancer) => {
      const none = noPoolLine(ports, work);
      return none === null ? putRoutesBack(ports, work, balancer) : [none];
    }),
    ...implementCompensation(withdraw, async (work, balancer) => {
      const none = noPoolLine(ports, work);
      return none === null ? takeOutAgain(ports, work, balancer) : [none];
    }),
    ...implementOperation(OPERATIONS.probeServer, (work, balancer) => probe(ports, work, balancer)),
    ...implementOperation(OPERATIONS.measureOutcome, (work, health, balancer) =>
      inPool(ports, work, [], () => measureSinceEnable(ports, work, { balancer, health })),
    ),
  };
}
