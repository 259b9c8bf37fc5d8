/** Routes and weights of the balancer. */
import type { updateRoutes } from '../../actions/run/routes.ts';
import { say } from '../../diagnostics/language.ts';
import type { RoutedBefore } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import type { CompensationWork, OutcomeOf, WorkOf } from '../implement.ts';
import { reading, type ServerPorts } from './context.ts';
import { heartbeatWhile } from './pace.ts';
import { findServer, poolState } from './pool-state.ts';

type RoutesWork = WorkOf<typeof updateRoutes>;

/** routes.update: weights and routes as runsheet.yaml says, set where they differ, read back. */
export async function setRoutes(
  ports: ServerPorts,
  input: RoutesWork,
  balancer: BalancerSettings,
): Promise<OutcomeOf<typeof updateRoutes>> {
  const { pool, weights, routes } = balancer;
  const wanted = wantedWeights(input, weights, await poolState(ports, balancer));
  if (Object.keys(wanted).length > 0) {
    await heartbeatWhile(() => ports.balancer.setWeights(pool, wanted));
  }
  if (!holds(await ports.balancer.routes(), routes)) await ports.balancer.setRoutes(routes);
  const state = await poolState(ports, balancer);
  const actual = await ports.balancer.routes();
  const current =
    Object.keys(wantedWeights(input, weights, state)).length === 0 && holds(actual, routes);
  const lines = [weightLine(ports, input, state), routeLine(input, actual)];
  return { facts: { 'routes.current': reading(current, lines.join('; ')) }, evidence: lines };
}

/** What runsheet.yaml sets in the balancer for a server, as it is now; null: it sets nothing. */
export async function routedNow(
  ports: ServerPorts,
  { weights, routes }: BalancerSettings,
  { server, weight }: { readonly server: string; readonly weight: number | null },
): Promise<RoutedBefore | null> {
  const prefixes = Object.keys(routes);
  const isWeighted = Object.hasOwn(weights, server);
  if (!isWeighted && prefixes.length === 0) return null;
  const actual = prefixes.length === 0 ? {} : ((await ports.balancer.routes()) ?? {});
  return {
    weight: isWeighted ? weight : null,
    routes: Object.fromEntries(prefixes.map((prefix) => [prefix, actual[prefix] ?? null])),
  };
}

/** routes.restore: takes back what this run has set, where it is still so; what others have set since stays. */
export async function putRoutesBack(
  ports: ServerPorts,
  { run, server, before }: CompensationWork,
  balancer: BalancerSettings,
): Promise<string[]> {
  const { routed } = before;
  if (routed === undefined)
    return [say(run, '没有设置过权重和路由', 'no weights and no routes are set here')];
  const member = findServer(await poolState(ports, balancer), server);
  const { pool, weights, routes } = balancer;
  const { weight } = routed;
  const lines: string[] = [];
  if (weight !== null && weight !== weights[server] && member?.weight === weights[server]) {
    await heartbeatWhile(() => ports.balancer.setWeights(pool, { [server]: weight }));
    lines.push(say(run, `权重 ${weight}`, `weight ${weight}`));
  }
  const actual = (await ports.balancer.routes()) ?? {};
  const ours = Object.entries(routed.routes).filter(
    ([prefix, then]) => actual[prefix] === routes[prefix] && then !== (actual[prefix] ?? null),
  );
  if (ours.length > 0) {
    await heartbeatWhile(() => ports.balancer.setRoutes(Object.fromEntries(ours)));
    lines.push(...ours.map(([prefix, then]) => `${prefix} → ${then ?? '–'}`));
  }
  return lines.length > 0 ? lines : [say(run, '已是原来的样子', 'they are as before')];
}

/** The configured weights of this run's servers that the balancer does not have yet. */
function wantedWeights(
  input: RoutesWork,
  weights: Readonly<Record<string, number>>,
  state: PoolState,
): Readonly<Record<string, number>> {
  const changes = Object.entries(weights).filter(
    ([name, weight]) => input.servers.includes(name) && findServer(state, name)?.weight !== weight,
  );
  return Object.fromEntries(changes);
}

/** Without routes of its own a balancer holds none, and has nothing to do where none are wanted. */
function holds(
  actual: Readonly<Record<string, string>> | null,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([prefix, pool]) => actual?.[prefix] === pool);
}

function weightLine({ balancer }: ServerPorts, input: RoutesWork, { servers }: PoolState): string {
  if (!balancer.capabilities.weights)
    return say(input.run, '负载均衡没有权重', 'the load balancer has no weights');
  const shown = servers.map((each) => `${each.name}=${each.weight}`).join(', ');
  return say(input.run, `权重 ${shown}`, `weights ${shown}`);
}

function routeLine(input: RoutesWork, routes: Readonly<Record<string, string>> | null): string {
  if (routes === null) return say(input.run, '负载均衡没有路由', 'the load balancer has no routes');
  const rows = Object.entries(routes).map(([prefix, pool]) => `${prefix} → ${pool}`);
  const shown = rows.length === 0 ? '-' : rows.join(', ');
  return say(input.run, `路由 ${shown}`, `routes ${shown}`);
}
