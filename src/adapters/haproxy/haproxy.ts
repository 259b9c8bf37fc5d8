/** The pool in front of the servers by HAProxy's runtime API; several HAProxies are kept in step. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { BalancerCapabilities, LoadBalancer } from '../../ports/load-balancer.ts';
import type { PortError } from '../../ports/port-error.ts';
import { mergeStates } from '../in-step/merge.ts';
import { onEach } from '../in-step/on-each.ts';
import { failure } from '../refusal.ts';
import { HaproxyInstance, type InstanceNames } from './instance.ts';
import { noBackend } from './refusals.ts';
import { concerned, mergeRoutes } from './route-sets.ts';
import { RuntimeApi, type RuntimeEndpoint, type RuntimeTimes } from './runtime-api.ts';

export interface HaproxyOptions {
  readonly instances: readonly (RuntimeEndpoint & Pick<InstanceNames, 'backends'>)[];
  /** Server → its name in HAProxy, where they differ. */
  readonly names: Readonly<Record<string, string>>;
  /** Pool → where requests through it are sent. */
  readonly urls: Readonly<Record<string, string>>;
  /** Path of the map file that routes are read from; null: there is none. */
  readonly routesMap: string | null;
  /** Bounds in milliseconds, for tests and slow networks. */
  readonly times?: Partial<RuntimeTimes>;
}

/** It keeps no response times; a reload forgets what the runtime API was told. */
export const HAPROXY_CAPABILITIES: BalancerCapabilities = {
  pool: true,
  health: true,
  inFlight: true,
  counters: true,
  responseTimes: false,
  weights: true,
  routes: true,
  reload: 'detected',
};

const TIMES: RuntimeTimes = { openMs: 15_000, answerMs: 5_000, idleMs: 5_000 };

export function createHaproxy(options: HaproxyOptions): LoadBalancer & { close(): void } {
  const { names, urls, routesMap } = options;
  const times = { ...TIMES, ...options.times };
  const all = options.instances.map(
    (each) => new HaproxyInstance(new RuntimeApi(each, times), { ...each, servers: names }),
  );
  const serving = (pool: string): readonly HaproxyInstance[] => {
    const found = all.filter((each) => each.has(pool));
    if (found.length > 0) return found;
    const known = [...new Set(options.instances.flatMap((each) => Object.keys(each.backends)))];
    throw noBackend({ haproxy: 'HAProxy', backend: pool }, known);
  };
  const setAdmin = (pool: string, server: string, wanted: 'ready' | 'drain'): Promise<void> =>
    onEach(serving(pool), async (each) => {
      const state = `${server} ${await each.setAdmin(pool, server, wanted)}`;
      return { zh: state, en: state };
    });
  return {
    capabilities: HAPROXY_CAPABILITIES,
    async state(pool) {
      return mergeStates(await Promise.all(serving(pool).map((each) => each.state(pool))));
    },
    drain: async (pool, server) => setAdmin(pool, server, 'drain'),
    enable: async (pool, server) => setAdmin(pool, server, 'ready'),
    setMaintenance: async (pool, server, on) =>
      onEach(serving(pool), async (each) => {
        const state = `${server} ${await each.setMaintenance(pool, server, on)}`;
        return { zh: state, en: state };
      }),
    async setWeights(pool, weights) {
      const instances = serving(pool);
      await Promise.all(instances.map((each) => each.assertMembers(pool, Object.keys(weights))));
      await onEach(instances, async (each) => {
        await each.setWeights(pool, weights);
        return { zh: '权重已设置', en: 'the weights are set' };
      });
    },
    async setRoutes(routes) {
      if (Object.keys(routes).length === 0) return;
      if (routesMap === null) throw noMap();
      await onEach(all, async (each) => {
        const own = Object.entries(routes).filter(
          ([, pool]) => pool === null || concerned(all, pool).includes(each),
        );
        await each.setRoutes(routesMap, Object.fromEntries(own));
        return { zh: '路由已设置', en: 'the routes are set' };
      });
    },
    async routes() {
      if (routesMap === null) return {};
      return mergeRoutes(
        await Promise.all(
          all.map(async (each) => ({
            routes: await each.routes(routesMap),
            has: (pool: string) => each.has(pool),
          })),
        ),
      );
    },
    async url(pool) {
      serving(pool);
      const url = urls[pool];
      if (url !== undefined) return url;
      throw failure(pool, diagnose('INVALID', 'haproxyNoUrl', { pool }));
    },
    close() {
      for (const each of all) each.close();
    },
  };
}

function noMap(): PortError {
  return failure('balancer.routes_map', diagnose('INVALID', 'haproxyNoRoutesMap', {}));
}
