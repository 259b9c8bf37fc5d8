/** A registry that misbehaves: it stands before the lab's, and servers pull through it. */
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import { machine } from './machine.ts';

export interface RegistryFaults {
  /** No manifest is found. */
  readonly missing?: boolean;
  /** One byte of every layer is another. */
  readonly corrupt?: boolean;
  /** Layers come this slowly. */
  readonly bytesPerSecond?: number;
}

const SLICES_PER_SECOND = 10;

export class RegistryFront {
  /** host:port for `registry.pull_url`. */
  readonly address: string;
  faults: RegistryFaults = {};
  readonly #server: Server;
  #layersBegun = 0;

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  static async start(): Promise<RegistryFront> {
    let front: RegistryFront | null = null;
    const server = createServer((incoming, answer) => front?.forward(incoming, answer));
    const { gateway } = machine();
    await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    front = new RegistryFront(server, `${gateway}:${address.port}`);
    return front;
  }

  /** Layers whose transfer has begun. */
  get layersBegun(): number {
    return this.#layersBegun;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const path = incoming.url ?? '';
    if (this.faults.missing === true && path.includes('/manifests/')) {
      answer.writeHead(404, { 'content-type': 'application/json' });
      answer.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      return;
    }
    const [host, port] = machine().pullRegistry.split(':');
    const options = { host, port, path, method: incoming.method, headers: incoming.headers };
    const outgoing = request(options, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (path.includes('/blobs/') && incoming.method === 'GET') {
        this.#layersBegun += 1;
        response.pipe(new Faulty(this.faults)).pipe(answer);
      } else response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }
}

/** A layer's bytes, altered and slowed as the faults say when it begins. */
class Faulty extends Transform {
  readonly #faults: RegistryFaults;
  #begun = false;

  constructor(faults: RegistryFaults) {
    super();
    this.#faults = faults;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = Buffer.from(chunk);
    const last = bytes.length - 1;
    if (this.#faults.corrupt === true && !this.#begun) bytes[last] = (bytes[last] ?? 0) ^ 0xff;
    this.#begun = true;
    this.#send(bytes, done);
  }

  #send(bytes: Buffer, done: TransformCallback): void {
    const { bytesPerSecond } = this.#faults;
    if (bytesPerSecond === undefined || bytes.length === 0) {
      this.push(bytes);
      return done();
    }
    const slice = Math.max(1, Math.floor(bytesPerSecond / SLICES_PER_SECOND));
    this.push(bytes.subarray(0, slice));
    setTimeout(() => this.#send(bytes.subarray(slice), done), 1000 / SLICES_PER_SECOND);
  }
}
