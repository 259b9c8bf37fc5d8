/** Routes in a map file that HAProxy reads: path prefix → backend. */

import type { RouteChanges } from '../../ports/load-balancer.ts';
import { parseBackends, parseMap } from './answers.ts';
import { addRoute, changeRoute, removeRoute, SHOW_BACKENDS, showMap } from './commands.ts';
import { assertAccepted, noBackend, notTaken } from './refusals.ts';
import type { RuntimeApi } from './runtime-api.ts';

type Names = Readonly<Record<string, string>>;

/** @param backends pool → backend, so that routes name pools */
export async function readRoutes(api: RuntimeApi, backends: Names, map: string): Promise<Names> {
  const pools = new Map(Object.entries(backends).map(([pool, backend]) => [backend, pool]));
  const entries = Object.entries(await readMap(api, map));
  return Object.fromEntries(
    entries.map(([prefix, backend]) => [prefix, pools.get(backend) ?? backend]),
  );
}

/** Leaves the map's other routes alone: they may be another service's. */
export async function writeRoutes(
  api: RuntimeApi,
  backends: Names,
  map: string,
  routes: RouteChanges,
): Promise<void> {
  const known = parseBackends((await api.read([SHOW_BACKENDS])).texts[0] ?? '');
  const actual = await readMap(api, map);
  const commands = Object.entries(routes).flatMap(([prefix, pool]) => {
    if (pool === null) return Object.hasOwn(actual, prefix) ? [removeRoute(map, prefix)] : [];
    const backend = backends[pool] ?? pool;
    if (!known.includes(backend)) throw noBackend({ haproxy: api.name, backend }, known);
    if (actual[prefix] === backend) return [];
    const set = Object.hasOwn(actual, prefix) ? changeRoute : addRoute;
    return [set(map, prefix, backend)];
  });
  if (commands.length === 0) return;
  const place = { haproxy: api.name, map };
  for (const answer of await api.change(commands)) assertAccepted(place, answer, true);
  const after = await readRoutes(api, backends, map);
  const wrong = Object.entries(routes).find(([prefix, pool]) => (after[prefix] ?? null) !== pool);
  if (wrong === undefined) return;
  throw notTaken(place, `route ${wrong[0]}`, after[wrong[0]] ?? { zh: '没有路由', en: 'no route' });
}

async function readMap(api: RuntimeApi, map: string): Promise<Names> {
  const [text = ''] = (await api.read([showMap(map)])).texts;
  assertAccepted({ haproxy: api.name, map }, text, false);
  return parseMap(text);
}
