/** The adapter of each kind of balancer. */
import { createEmbeddedBalancer } from '../adapters/embedded-balancer/embedded-balancer.ts';
import { createHaproxy } from '../adapters/haproxy/haproxy.ts';
import { openLocalSocket } from '../adapters/haproxy/local-socket.ts';
import type { BalancerConnection, BalancerKind, ConnectionOf } from '../config/balancers/index.ts';
import type { LoadBalancer } from '../ports/load-balancer.ts';
import type { ServerHosts } from '../ports/server-host.ts';
import { needed } from './start-error.ts';

type OpenBalancer = LoadBalancer & { close?(): void };

const CREATE: {
  readonly [Kind in BalancerKind]: (at: ConnectionOf<Kind>, hosts: ServerHosts) => OpenBalancer;
} = {
  embedded: ({ adminUrl }) =>
    createEmbeddedBalancer({ adminUrl: needed(adminUrl, 'balancer.admin_url') }),
  // Sockets of this machine, and of servers through their SSH connection.
  haproxy: ({ instances, ...rest }, hosts) =>
    createHaproxy({
      ...rest,
      instances: instances.map(({ socket, server, backends }) => ({
        name: `HAProxy ${server === null ? '' : `${server}:`}${socket}`,
        backends,
        open: () =>
          server === null ? openLocalSocket(socket) : hosts.get(server).openSocket(socket),
      })),
    }),
};

/** Opens no connection yet. @throws WorkerStartError where an address is missing */
export function createBalancer<Kind extends BalancerKind>(
  { kind, at }: BalancerConnection<Kind>,
  hosts: ServerHosts,
): OpenBalancer {
  return CREATE[kind](at, hosts);
}
