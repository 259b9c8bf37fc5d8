import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';

/** Idle streams are closed soon: they are cheap to open, and a kept one may outlive the engine. */
const IDLE_MS = 5_000;
const MAXIMUM_STREAMS = 32;
const MAXIMUM_IDLE_STREAMS = 4;

type Opened = (error: Error | null, stream: Duplex) => void;

/** What Node's agent asks of a socket and a stream does not have. */
const SOCKET_METHODS = {
  ref: nothing,
  unref: nothing,
  setKeepAlive: nothing,
  setNoDelay: nothing,
  setTimeout: nothing,
};

/** HTTP over streams that somebody else opens, kept and used again as sockets would be. */
export class EngineAgent extends Agent {
  private readonly open: () => Promise<Duplex>;
  private readonly idle = new Map<Duplex, NodeJS.Timeout>();

  constructor(open: () => Promise<Duplex>) {
    super({
      keepAlive: true,
      maxSockets: MAXIMUM_STREAMS,
      maxFreeSockets: MAXIMUM_IDLE_STREAMS,
      scheduling: 'lifo',
    });
    this.open = open;
  }

  override createConnection(_options: ClientRequestArgs, opened: Opened): undefined {
    this.open().then(
      (stream) => {
        stream.once('close', () => this.forget(stream));
        // A stream that breaks while no request uses it is only forgotten.
        stream.on('error', nothing);
        opened(null, Object.assign(stream, SOCKET_METHODS));
      },
      (error: Error) => fail(opened, error),
    );
  }

  override keepSocketAlive(stream: Duplex): true {
    super.keepSocketAlive(stream);
    const timer = setTimeout(() => stream.destroy(), IDLE_MS);
    timer.unref();
    this.idle.set(stream, timer);
    return true;
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.forget(stream);
    super.reuseSocket(stream, request);
  }

  /** The client writes its whole request, agent included, into a debug line at each call. */
  [inspect.custom](): string {
    return 'EngineAgent';
  }

  private forget(stream: Duplex): void {
    clearTimeout(this.idle.get(stream));
    this.idle.delete(stream);
  }
}

function nothing(): void {
  // Nothing to do for a stream that is no socket.
}

/** Node's agent takes an error without a stream; its type does not say so. */
function fail(opened: Opened, error: Error): void {
  (opened as (error: Error) => void)(error);
}
