import { createServer, type Server } from 'node:http';
import { type Address, createAdminServer } from './balancer/admin.ts';
import { forward } from './balancer/forward.ts';
import { type HealthRequest, type HealthWatch, watchHealth } from './balancer/health.ts';
import { type Member, Pool } from './balancer/pool.ts';
import { readState, writeState } from './balancer/state-file.ts';
import { portInUse } from './embedded-error.ts';

/** Longer than the seed's drain limit, so that a drain that uses all of it fails no request; docs/decisions/0010. */
const HOLD_MS = 60_000;
const HOLD_LIMIT = 10_000;
const CHECK_INTERVAL_MS = 300;
/** Longer than a client's own, so that the load balancer never closes a connection just as it is used. */
const KEEP_ALIVE_MS = 75_000;

export interface BalancerOptions {
  /** One listener per pool; no server is in two. */
  readonly pools: Readonly<Record<string, readonly BalancedServer[]>>;
  /** Keeps admin states, weights and routes across restarts; absent: they are forgotten. */
  readonly stateFile?: string;
  /** Pool → how its servers are asked whether they are ready for requests. */
  readonly health: (pool: string) => HealthRequest;
  readonly checkIntervalMs?: number;
  /** Port of each pool's listener, and of `admin`; absent or 0: any free port. */
  readonly ports?: Readonly<Record<string, number>>;
  /** How long a request waits while no server takes requests, and how many may wait. */
  readonly holdMs?: number;
  readonly holdLimit?: number;
}

export interface BalancedServer {
  readonly server: string;
  readonly host: string;
  readonly port: number;
}

export interface Balancer {
  readonly adminUrl: string;
  /** Pool → the URL that takes its requests. */
  readonly pools: Readonly<Record<string, string>>;
  /**
   * Sends a server's requests and health checks to another address until it is moved again; not kept across restarts.
   * @param address null: its own address again
   * @throws Error that names the server if no pool has it
   */
  moveTarget(server: string, address: Address | null): void;
  close(): Promise<void>;
}

/** Starts the reverse proxy on 127.0.0.1: one listener per pool, and the admin API. */
export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const kept = readKept(options.stateFile);
  const pools = new Map(
    Object.entries(options.pools).map(([name, servers]) => [name, newPool(name, servers)]),
  );
  function newPool(name: string, servers: readonly BalancedServer[]): Pool {
    const members = servers.map(({ server, host, port }) => ({
      name: server,
      host,
      port,
      ...kept.pools[name]?.[server],
    }));
    return new Pool(name, members, options.holdMs ?? HOLD_MS, options.holdLimit ?? HOLD_LIMIT);
  }
  let routes = Object.fromEntries(
    Object.entries(kept.routes).filter(([, pool]) => pools.has(pool)),
  );
  const urls: Record<string, string> = {};
  const listeners: Server[] = [];
  const watches = new Map<string, HealthWatch>();
  const move = (pool: Pool, member: Member, address: Address | null): void => {
    const own = options.pools[pool.name]?.find(({ server }) => server === member.name);
    const target = address ?? own;
    if (target === undefined) return;
    member.host = target.host;
    member.port = target.port;
    watches.get(pool.name)?.checkNow(member.name);
  };
  const close = async (): Promise<void> => {
    for (const watch of watches.values()) watch.stop();
    await Promise.all(listeners.map(closeListener));
  };
  try {
    for (const [name, pool] of pools) {
      const listener = createServer((request, response) => {
        const target = poolFor(request.url ?? '/', routes, pools) ?? pool;
        const { tls = null } = options.health(target.name);
        forward(target, request, response, tls).catch(() => response.destroy());
      });
      listener.keepAliveTimeout = KEEP_ALIVE_MS;
      listener.requestTimeout = 0;
      listeners.push(listener);
      urls[name] = await listen(listener, options.ports?.[name] ?? 0);
      const intervalMs = options.checkIntervalMs ?? CHECK_INTERVAL_MS;
      watches.set(name, watchHealth(pool, options.health(name), intervalMs));
    }
    const admin = createAdminServer({
      pools,
      urlOf: (name) => urls[name] ?? '',
      routes: () => routes,
      setRoutes: (next) => {
        routes = { ...next };
      },
      move,
      save: () => {
        if (options.stateFile !== undefined) writeState(options.stateFile, pools.values(), routes);
      },
    });
    admin.keepAliveTimeout = KEEP_ALIVE_MS;
    listeners.push(admin);
    const adminUrl = await listen(admin, options.ports?.['admin'] ?? 0);
    const moveTarget = (server: string, address: Address | null): void => {
      const pool = [...pools.values()].find(({ members }) => members.has(server));
      const member = pool?.members.get(server);
      if (pool === undefined || member === undefined)
        throw new Error(`no pool of the load balancer has the server ${server}`);
      move(pool, member, address);
    };
    return { adminUrl, pools: urls, moveTarget, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function readKept(stateFile: string | undefined): ReturnType<typeof readState> {
  return stateFile === undefined ? { pools: {}, routes: {} } : readState(stateFile);
}

/** The pool of the longest matching route; null: the listener's own. */
function poolFor(
  path: string,
  routes: Readonly<Record<string, string>>,
  pools: ReadonlyMap<string, Pool>,
): Pool | null {
  let longest = '';
  for (const prefix of Object.keys(routes)) {
    if (path.startsWith(prefix) && prefix.length > longest.length) longest = prefix;
  }
  return pools.get(routes[longest] ?? '') ?? null;
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const inUse = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        inUse ? portInUse(port, { zh: '负载均衡', en: 'load balancer' }, '--balancer-port') : error,
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(
        `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
      );
    });
  });
}

function closeListener(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
