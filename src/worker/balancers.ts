/** The adapter of each kind of balancer. */
import { createEmbeddedBalancer } from '../adapters/embedded-balancer/embedded-balancer.ts';
import { createHaproxy } from '../adapters/haproxy/haproxy.ts';
import { openLocalSocket } from '../adapters/haproxy/local-socket.ts';
import type { NamedServer } from '../adapters/nginx/names.ts';
import { createNginx } from '../adapters/nginx/nginx.ts';
import { createNoBalancer } from '../adapters/no-balancer/no-balancer.ts';
import type { BalancerConnection, BalancerKind, ConnectionOf } from '../config/balancers/index.ts';
import type { CommandRunner } from '../ports/command-runner.ts';
import type { Fence } from '../ports/fence.ts';
import type { LoadBalancer } from '../ports/load-balancer.ts';
import type { ServerHosts } from '../ports/server-host.ts';
import { needed } from './start-error.ts';

type OpenBalancer = LoadBalancer & { close?(): void };

/** The ways to a balancer. */
export interface BalancerWays {
  readonly hosts: ServerHosts;
  /** On the worker's own machine. */
  readonly commands: CommandRunner;
  readonly fence: Fence;
  /** Writes down on a server who changes it, over the connection that the change will take. */
  readonly claim?: (server: string) => Promise<void>;
}

/** For what goes over streams that are open: each of the fence's subjects is a server. */
export function claimedFirst(fence: Fence, claim: (server: string) => Promise<void>): Fence {
  return async (server) => {
    await claim(server);
    await fence(server);
  };
}

const CREATE: {
  readonly [Kind in BalancerKind]: (at: ConnectionOf<Kind>, ways: BalancerWays) => OpenBalancer;
} = {
  embedded: ({ adminUrl }, { fence }) =>
    createEmbeddedBalancer({ adminUrl: needed(adminUrl, 'balancer.admin_url'), fence }),
  // Sockets of this machine, and of servers through their SSH connection.
  haproxy: ({ instances, ...rest }, { hosts, fence, claim }) =>
    createHaproxy({
      ...rest,
      instances: instances.map(({ socket, server, backends }) => ({
        name: `HAProxy ${server === null ? '' : `${server}:`}${socket}`,
        backends,
        fence: async (subject) => {
          if (server !== null) await claim?.(server);
          await fence(subject);
        },
        open: () =>
          server === null ? openLocalSocket(socket) : hosts.get(server).openSocket(socket),
      })),
    }),
  nginx: ({ instances, names, urls }, { hosts, commands, fence }) =>
    createNginx({
      urls,
      instances: instances.map(({ server, pidFile, command, pools }) => ({
        name: server === null ? 'nginx' : `nginx ${server}`,
        pidFile,
        command,
        fence,
        run: (argv, timeoutMs) =>
          server === null
            ? commands.run({ argv, cwd: '/', timeoutMs })
            : hosts.get(server).exec(argv, { timeoutMs }),
        pools: Object.fromEntries(
          Object.entries(pools).map(([pool, { servers, ...place }]) => [
            pool,
            {
              ...place,
              servers: () => servers.map((name) => namedServer(hosts, name, names[name] ?? null)),
            },
          ]),
        ),
      })),
    }),
  none: createNoBalancer,
};

function namedServer(hosts: ServerHosts, name: string, theirs: string | null): NamedServer {
  if (theirs !== null) return { name, theirs, address: null };
  const { address, servicePort } = hosts.get(name);
  return {
    name,
    theirs,
    address: `${address.includes(':') ? `[${address}]` : address}:${servicePort}`,
  };
}

/** Opens no connection yet. @throws WorkerStartError where an address is missing */
export function createBalancer<Kind extends BalancerKind>(
  { kind, at }: BalancerConnection<Kind>,
  ways: BalancerWays,
): OpenBalancer {
  return CREATE[kind](at, ways);
}
