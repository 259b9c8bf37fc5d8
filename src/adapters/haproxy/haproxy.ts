/** The pool in front of the servers by HAProxy's runtime API; several HAProxies are kept in step. */
import type { BalancerCapabilities, LoadBalancer } from '../../ports/load-balancer.ts';
import { PortError } from '../../ports/port-error.ts';
import { HaproxyInstance, type InstanceNames } from './instance.ts';
import { concerned, mergeRoutes, mergeStates } from './merge.ts';
import { noBackend } from './refusals.ts';
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
    onEach(serving(pool), async (each) => `${server} ${await each.setAdmin(pool, server, wanted)}`);
  return {
    capabilities: HAPROXY_CAPABILITIES,
    async state(pool) {
      return mergeStates(await Promise.all(serving(pool).map((each) => each.state(pool))));
    },
    drain: async (pool, server) => setAdmin(pool, server, 'drain'),
    enable: async (pool, server) => setAdmin(pool, server, 'ready'),
    async setWeights(pool, weights) {
      const instances = serving(pool);
      await Promise.all(instances.map((each) => each.assertMembers(pool, Object.keys(weights))));
      await onEach(instances, async (each) => {
        await each.setWeights(pool, weights);
        return 'the weights are set';
      });
    },
    async setRoutes(routes) {
      if (Object.keys(routes).length === 0) return;
      if (routesMap === null) throw noMap();
      await onEach(all, async (each) => {
        const own = Object.entries(routes).filter(([, pool]) =>
          concerned(all, pool).includes(each),
        );
        await each.setRoutes(routesMap, Object.fromEntries(own));
        return 'the routes are set';
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
      throw new PortError(
        'invalid',
        pool,
        `balancer.url says nothing of the pool ${pool}.`,
        'Give the address that requests through this pool are sent to.',
      );
    },
    close() {
      for (const each of all) each.close();
    },
  };
}

/** All are told, whatever becomes of one; where one fails, the error says how the others stand. */
async function onEach(
  instances: readonly HaproxyInstance[],
  work: (instance: HaproxyInstance) => Promise<string>,
): Promise<void> {
  const results = await Promise.allSettled(instances.map(work));
  const failed = results.find((each) => each.status === 'rejected');
  if (failed === undefined) return;
  const error: unknown = failed.reason;
  if (!(error instanceof PortError) || instances.length === 1) throw error;
  const others = results.flatMap((each, index) => {
    if (each === failed) return [];
    const { name = '' } = instances[index] ?? {};
    return each.status === 'fulfilled' ? [`${name}: ${each.value}`] : [`${name}: failed as well`];
  });
  const message = `${error.message} The others: ${others.join('; ')}.`;
  throw new PortError(error.kind, error.subject, message, error.remedy, { cause: error });
}

function noMap(): PortError {
  return new PortError(
    'invalid',
    'balancer.routes_map',
    'balancer.routes are given, and no map file that HAProxy reads them from.',
    'Give the path as balancer.routes_map in runsheet.yaml; haproxy.cfg uses it as `use_backend %[path,map_beg(FILE)]`.',
  );
}
