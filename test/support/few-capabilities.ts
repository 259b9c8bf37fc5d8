/** Balancers that a project could have and that tell little: the proof that nothing takes unknown for 0. */
import type { BalancerCapabilities } from '../../src/ports/load-balancer.ts';

/** One that only takes servers out and puts them back, by a file that a reload reads again. */
export const FEW: BalancerCapabilities = {
  pool: true,
  health: false,
  inFlight: false,
  counters: false,
  responseTimes: false,
  weights: false,
  routes: false,
  reload: 'keeps',
};

/** Nothing stands in front of the servers. */
export const NO_POOL: BalancerCapabilities = { ...FEW, pool: false };
