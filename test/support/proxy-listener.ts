import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface ProxyListener {
  readonly url: string;
  /** `host:port` of each tunnel that was asked for, with the credentials that were shown. */
  readonly tunnels: string[];
  close(): Promise<void>;
}

/** A real HTTP proxy on loopback that opens tunnels, whatever name is asked for, to one place. */
export async function listenAsProxy(to: { readonly port: number }): Promise<ProxyListener> {
  const tunnels: string[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request, socket) => {
    const shown = request.headers['proxy-authorization'];
    tunnels.push(`${request.url ?? ''}${shown === undefined ? '' : ` ${shown}`}`);
    const upstream = connect(to.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => undefined);
    }
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    tunnels,
    close: () =>
      new Promise((closed) => {
        for (const each of sockets) each.destroy();
        proxy.close(() => closed());
        proxy.closeAllConnections();
      }),
  };
}
