import { request } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Fence } from '../../ports/fence.ts';
import type {
  BalancerCapabilities,
  LoadBalancer,
  PoolServer,
  PoolState,
} from '../../ports/load-balancer.ts';
import { changedRoutes } from '../changed-routes.ts';
import { failure } from '../refusal.ts';

const ANSWER_LIMIT_MS = 5_000;

export interface EmbeddedBalancerOptions {
  /** The admin API's address, from connections.json. */
  readonly adminUrl: string;
  /** Asked before each change; absent: everybody may. */
  readonly fence?: Fence;
}

/** Its states are kept in a file, so a new process has forgotten nothing. */
export const EMBEDDED_CAPABILITIES: BalancerCapabilities = {
  pool: true,
  health: true,
  inFlight: true,
  counters: true,
  responseTimes: true,
  weights: true,
  routes: true,
  reload: 'keeps',
};

interface AdminPool extends PoolState {
  readonly url: string;
}

/** The balancer that `runsheet dev` starts, driven through its admin API. */
export function createEmbeddedBalancer(options: EmbeddedBalancerOptions): LoadBalancer {
  const call = async <Body>(method: 'GET' | 'PUT', path: string, body?: unknown): Promise<Body> => {
    if (method === 'PUT') await options.fence?.('balancer');
    return callAdmin<Body>(options.adminUrl, method, path, body);
  };
  const pathOf = (pool: string): string => `/pools/${encodeURIComponent(pool)}`;
  const getPool = (pool: string): Promise<AdminPool> => call<AdminPool>('GET', pathOf(pool));
  /** What an operator took out by `maint` is not ours to move. */
  const setAdmin = async (
    pool: string,
    server: string,
    admin: PoolServer['admin'],
    isOperators = false,
  ): Promise<void> => {
    const current = memberOf(await getPool(pool), pool, server);
    if ((current.admin === 'maint' && !isOperators) || current.admin === admin) return;
    await call('PUT', `${pathOf(pool)}/servers/${encodeURIComponent(server)}`, { admin });
  };
  return {
    capabilities: EMBEDDED_CAPABILITIES,
    async state(pool) {
      const { servers, emptyMs } = await getPool(pool);
      return { servers: servers.map(toPoolServer), emptyMs, process: null };
    },
    drain: (pool, server) => setAdmin(pool, server, 'drain'),
    enable: (pool, server) => setAdmin(pool, server, 'ready'),
    setMaintenance: (pool, server, on) => setAdmin(pool, server, on ? 'maint' : 'ready', true),
    async setWeights(pool, weights) {
      await call('PUT', `${pathOf(pool)}/weights`, weights);
    },
    async setRoutes(routes) {
      const actual = await call<Record<string, string>>('GET', '/routes');
      await call('PUT', '/routes', changedRoutes(actual, routes));
    },
    routes: () => call<Record<string, string>>('GET', '/routes'),
    async url(pool) {
      return (await getPool(pool)).url;
    },
  };
}

function memberOf(state: PoolState, pool: string, server: string): PoolServer {
  const member = state.servers.find((candidate) => candidate.name === server);
  if (member !== undefined) return member;
  const known = state.servers.map(({ name }) => name);
  throw failure(server, diagnose('NOT_FOUND', 'embeddedNoServer', { pool, server, known }));
}

function toPoolServer(server: PoolServer): PoolServer {
  const { name, admin, healthy, weight, active, requests, errors, p95Ms } = server;
  return { name, admin, healthy, weight, active, requests, errors, p95Ms };
}

async function callAdmin<Body>(
  base: string,
  method: 'GET' | 'PUT',
  path: string,
  body: unknown,
): Promise<Body> {
  const { statusCode, answer } = await exchange(base, method, path, body);
  if (statusCode === 200) return answer as Body;
  const reason = isProblem(answer) ? answer.error : `status ${statusCode}`;
  throw failure('balancer', refusedBy(statusCode, { request: `${method} ${path}`, reason }));
}

function refusedBy(status: number, named: { readonly request: string; readonly reason: string }) {
  if (status === 404) return diagnose('NOT_FOUND', 'embeddedNone', named);
  return status >= 500
    ? diagnose('UNAVAILABLE', 'embeddedFailed', named)
    : diagnose('INVALID', 'embeddedRefused', named);
}

async function exchange(
  base: string,
  method: 'GET' | 'PUT',
  path: string,
  body: unknown,
): Promise<{ readonly statusCode: number; readonly answer: unknown }> {
  try {
    const response = await request(`${base}${path}`, {
      method,
      headersTimeout: ANSWER_LIMIT_MS,
      bodyTimeout: ANSWER_LIMIT_MS,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { statusCode: response.statusCode, answer: await response.body.json() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const diagnostic = diagnose('UNAVAILABLE', 'embeddedSilent', { address: base, reason });
    throw failure('balancer', diagnostic, { cause: error });
  }
}

function isProblem(answer: unknown): answer is { readonly error: string } {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'error' in answer &&
    typeof answer.error === 'string'
  );
}
