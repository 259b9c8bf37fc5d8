/** No balancer: queue consumers, scheduled work, a single server. Nothing is reached, so it has no keys. */
import { defineBalancer } from './definition.ts';

export const none = defineBalancer({
  capabilities: {
    pool: false,
    health: false,
    inFlight: false,
    counters: false,
    responseTimes: false,
    weights: false,
    routes: false,
    reload: 'keeps',
  },
  keys: {},
  problems: () => [],
  connection: () => null,
});
