/** The pool in front of the servers by nginx's upstream file and reloads; several nginxes are kept in step. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { BalancerCapabilities, LoadBalancer } from '../../ports/load-balancer.ts';
import { mergeStates } from '../in-step/merge.ts';
import { onEach } from '../in-step/on-each.ts';
import { failure } from '../refusal.ts';
import { NginxInstance, type NginxPool } from './instance.ts';
import type { NginxEndpoint } from './machine.ts';
import { noPool } from './refusals.ts';

export interface NginxOptions {
  readonly instances: readonly (NginxEndpoint & {
    readonly pools: Readonly<Record<string, NginxPool>>;
  })[];
  /** Pool → where requests through it are sent. */
  readonly urls: Readonly<Record<string, string>>;
}

/** It checks and counts nothing; what is in flight is known by its workers and their connections. */
export const NGINX_CAPABILITIES: BalancerCapabilities = {
  pool: true,
  health: false,
  inFlight: true,
  counters: false,
  responseTimes: false,
  weights: true,
  routes: false,
  reload: 'keeps',
};

export function createNginx({ instances, urls }: NginxOptions): LoadBalancer {
  const all = instances.map((each) => new NginxInstance(each, each.pools));
  const serving = (pool: string): readonly NginxInstance[] => {
    const found = all.filter((each) => each.has(pool));
    if (found.length > 0) return found;
    throw noPool('nginx', pool, [...new Set(instances.flatMap((each) => Object.keys(each.pools)))]);
  };
  const setAdmin = (pool: string, server: string, wanted: 'ready' | 'drain'): Promise<void> =>
    onEach(serving(pool), async (each) => {
      const state = `${server} ${await each.setAdmin(pool, server, wanted)}`;
      return { zh: state, en: state };
    });
  return {
    capabilities: NGINX_CAPABILITIES,
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
      const nginxes = serving(pool);
      await Promise.all(nginxes.map((each) => each.assertMembers(pool, Object.keys(weights))));
      await onEach(nginxes, async (each) => {
        await each.setWeights(pool, weights);
        return { zh: '权重已设置', en: 'the weights are set' };
      });
    },
    async setRoutes() {
      throw failure('balancer.routes', diagnose('INVALID', 'nginxNoRoutes', {}));
    },
    routes: () => Promise.resolve(null),
    async url(pool) {
      serving(pool);
      const url = urls[pool];
      if (url !== undefined) return url;
      throw failure(pool, diagnose('INVALID', 'nginxNoUrl', { pool }));
    },
    async assertChangeable(pool) {
      await Promise.all(serving(pool).map((each) => each.assertChangeable(pool)));
    },
  };
}
