/** HAProxy, by its runtime socket: per environment the pool's name, the backend in each HAProxy, the address. */
import { urlIn } from './address.ts';
import { defineBalancer, nameIn } from './definition.ts';
import { haproxyKeys } from './haproxy-keys.ts';
import { haproxyProblems } from './haproxy-problems.ts';
import { serves } from './instances.ts';

/** Several HAProxies for one pool are kept in step. */
export interface HaproxyConnections {
  readonly instances: readonly HaproxyConnection[];
  /** Server → its name in HAProxy, where they differ. */
  readonly names: Readonly<Record<string, string>>;
  /** Pool → where requests through it are sent. */
  readonly urls: Readonly<Record<string, string>>;
  /** Path of the map file that routes are read from. */
  readonly routesMap: string | null;
}

interface HaproxyConnection {
  /** A Unix socket's absolute path, or host and port on this machine. */
  readonly socket: string;
  /** The server that has the socket; null: this machine. */
  readonly server: string | null;
  /** Pools that this HAProxy has → the backend's name. */
  readonly backends: Readonly<Record<string, string>>;
}

export const haproxy = defineBalancer({
  capabilities: {
    pool: true,
    health: true,
    inFlight: true,
    counters: true,
    responseTimes: false,
    weights: true,
    routes: true,
    reload: 'detected',
  },
  keys: haproxyKeys,
  problems: haproxyProblems,
  connection(own, { environments, settings }): HaproxyConnections {
    const names = Object.keys(environments);
    const poolIn = (environment: string): string => nameIn(environment, settings.pool);
    return {
      instances: own.haproxy.map((each) => ({
        socket: each.socket,
        server: each.server ?? null,
        backends: Object.fromEntries(
          names
            .filter((name) => serves(each, name))
            .map((name) => [poolIn(name), nameIn(name, each.backend ?? settings.pool)]),
        ),
      })),
      names: own.names,
      urls: Object.fromEntries(
        names.flatMap((name) => {
          const url = urlIn(name, own.url);
          return url === null ? [] : [[poolIn(name), url]];
        }),
      ),
      routesMap: own.routes_map ?? null,
    };
  },
});
