import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { OpenConnection } from './connection.ts';
import { StartMark } from './start-mark.ts';

/** The part of a channel that a stream over it needs. */
type Channel = Pick<ClientChannel, 'on' | 'once' | 'write' | 'pause' | 'resume' | 'close' | 'end'>;

/**
 * A channel as an honest stream: when the connection is lost it is destroyed with the reason, where
 * ssh2's own would end as if the other side had finished.
 */
export class ChannelStream extends Duplex {
  private readonly channel: Channel;
  private over = false;
  private writing: ((error?: Error | null) => void) | null = null;
  private stopListening: () => void = () => undefined;

  /** @param ignore told what comes before the program's own bytes; null: nothing does */
  constructor(
    channel: Channel,
    connection: OpenConnection,
    ignore: ((noise: string) => void) | null = null,
  ) {
    super({ allowHalfOpen: false });
    this.channel = channel;
    // Whoever does not listen is told by the end of the stream, and no process ends for it.
    this.on('error', () => undefined);
    this.stopListening = connection.whenLost((error) => this.destroy(error));
    const take = (chunk: Buffer): void => {
      if (!this.push(chunk)) channel.pause();
    };
    const mark = ignore === null ? null : new StartMark(take, ignore);
    channel.on('data', (chunk: Buffer) => (mark === null ? take(chunk) : mark.write(chunk)));
    channel.once('end', () => {
      // A lost connection looks the same: its reason comes in the same turn.
      setImmediate(() => this.push(null));
    });
    channel.on('error', (error: Error) => this.destroy(error));
    channel.once('close', () => {
      this.over = true;
      setImmediate(() => this.closeBoth());
    });
  }

  override _read(): void {
    this.channel.resume();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.writing = done;
    if (this.over) this.written(closedByServer());
    else this.channel.write(chunk, (error) => this.written(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.over) this.channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.stopListening();
    if (!this.over) this.channel.close();
    done(error);
  }

  /** ssh2 never answers a write to a channel that has closed meanwhile. */
  private written(error: Error | null | undefined): void {
    const done = this.writing;
    this.writing = null;
    done?.(error ?? null);
  }

  private closeBoth(): void {
    if (this.destroyed) return;
    this.push(null);
    if (this.writing !== null) this.written(closedByServer());
  }

  // What `http.Agent` asks of a socket. The connection has its own keepalive and timeouts.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function closedByServer(): Error {
  return Object.assign(new Error('the server closed the stream'), { code: 'EPIPE' });
}
