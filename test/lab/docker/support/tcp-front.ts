/** A way to a registry that can be cut while bytes are on it. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { machine } from '../../support/machine.ts';

export class TcpFront {
  /** host:port by which servers pull. */
  readonly address: string;
  /** Bytes a second towards the server; the registry waits. */
  bytesPerSecond = Number.POSITIVE_INFINITY;
  readonly #server: Server;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #bytes = 0;

  private constructor(server: Server, address: string, target: string) {
    this.#server = server;
    this.address = address;
    this.#target = target;
  }

  /** @param target host:port of the registry; the lab's where none is given */
  static async start(target = machine().pullRegistry): Promise<TcpFront> {
    let front: TcpFront | null = null;
    const server = createServer((socket) => front?.join(socket));
    const { gateway } = machine();
    await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    front = new TcpFront(server, `${gateway}:${address.port}`, target);
    return front;
  }

  /** That the registry has sent so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Every connection ends with a reset. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  private join(inside: Socket): void {
    const [host = '', port] = this.#target.split(':');
    const outside = connect({ host, port: Number(port) });
    for (const socket of [inside, outside]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        inside.destroy();
        outside.destroy();
      });
    }
    inside.pipe(outside);
    outside.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      inside.write(chunk);
      if (this.bytesPerSecond === Number.POSITIVE_INFINITY) return;
      outside.pause();
      setTimeout(() => outside.resume(), (chunk.length / this.bytesPerSecond) * 1000);
    });
  }
}
