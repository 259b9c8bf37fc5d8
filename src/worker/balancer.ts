/** The project's HAProxy instances: through sockets on this machine, or on servers over their SSH connection. */
import { createHaproxy } from '../adapters/haproxy/haproxy.ts';
import { openLocalSocket } from '../adapters/haproxy/local-socket.ts';
import type { HaproxyConnections } from '../config/project-file.ts';
import type { ServerHosts } from '../ports/server-host.ts';

export function createBalancer(
  { instances, names, urls, routesMap }: HaproxyConnections,
  hosts: ServerHosts,
): ReturnType<typeof createHaproxy> {
  return createHaproxy({
    instances: instances.map(({ socket, server, backends }) => ({
      name: server === null ? `HAProxy at ${socket}` : `HAProxy at ${socket} on ${server}`,
      backends,
      open: () =>
        server === null ? openLocalSocket(socket) : hosts.get(server).openSocket(socket),
    })),
    names,
    urls,
    routesMap,
  });
}
