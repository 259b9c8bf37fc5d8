/** A way to a server that can be broken, or silent. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Connections that were opened so far. */
  opened(): number;
  /** Connections that are open now, and the most that ever were. */
  open(): number;
  /** Ends every connection. */
  breakAll(): void;
  /** Nothing goes through any more, and nothing is closed. */
  silence(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let opened = 0;
  const server = createServer((socket) => {
    opened += 1;
    const onward = connect(port, '127.0.0.1');
    const pair = [socket, onward] as const;
    pairs.add(pair);
    for (const end of pair) {
      end.on('error', () => undefined);
      end.once('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const ends = (): Socket[] => [...pairs].flat();
  return {
    port: (server.address() as AddressInfo).port,
    opened: () => opened,
    open: () => pairs.size,
    breakAll() {
      for (const end of ends()) end.resetAndDestroy();
    },
    silence() {
      for (const end of ends()) end.unpipe().pause();
    },
    async close() {
      for (const end of ends()) end.destroy();
      await new Promise<void>((done) => void server.close(() => done()));
    },
  };
}
