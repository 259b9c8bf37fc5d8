import { type Socket, connect, createServer } from 'node:net';

/** A cable between the balancer and one server that can be pulled out and plugged in again. */
export interface Relay {
  readonly port: number;
  /** Where connections go from now on. */
  connectTo(port: number): void;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 and passes each connection on, byte for byte. */
export function startRelay(): Promise<Relay> {
  const sockets = new Set<Socket>();
  let target: number | null = null;
  let isCut = false;
  const server = createServer((incoming) => {
    if (isCut || target === null) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => sockets.delete(one));
      one.pipe(other);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('the relay has no port'));
        return;
      }
      const endAll = (): void => {
        for (const socket of sockets) socket.destroy();
      };
      resolve({
        port: address.port,
        connectTo: (port) => {
          target = port;
        },
        cut: () => {
          isCut = true;
          endAll();
        },
        mend: () => {
          isCut = false;
        },
        close: () =>
          new Promise((done) => {
            endAll();
            server.close(() => done());
          }),
      });
    });
  });
}
