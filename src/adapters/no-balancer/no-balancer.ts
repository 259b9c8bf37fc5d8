import { diagnose } from '../../diagnostics/diagnose.ts';
import type { BalancerCapabilities, LoadBalancer } from '../../ports/load-balancer.ts';
import { failure } from '../refusal.ts';

const NO_BALANCER_CAPABILITIES: BalancerCapabilities = {
  pool: false,
  health: false,
  inFlight: false,
  counters: false,
  responseTimes: false,
  weights: false,
  routes: false,
  reload: 'keeps',
};

/** Nothing stands in front of the servers: there is no pool to read, and whatever takes one is refused. */
export function createNoBalancer(): LoadBalancer {
  return {
    capabilities: NO_BALANCER_CAPABILITIES,
    state: () => Promise.resolve({ servers: [], emptyMs: null, process: null }),
    drain: refuse,
    enable: refuse,
    setMaintenance: refuse,
    setWeights: refuse,
    setRoutes: refuse,
    routes: () => Promise.resolve(null),
    url: refuse,
  };
}

function refuse(): Promise<never> {
  return Promise.reject(failure('balancer', diagnose('INVALID', 'noBalancer', {})));
}
