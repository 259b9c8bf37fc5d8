import { Duplex } from 'node:stream';

/** One end of a stream in memory: what is written to it is read from the other end. */
class FakeSocket extends Duplex {
  other: FakeSocket | null = null;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.other?.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }
}

/** Two ends of one stream. */
export function fakeSocketPair(): readonly [Duplex, Duplex] {
  const near = new FakeSocket({ allowHalfOpen: false });
  const far = new FakeSocket({ allowHalfOpen: false });
  near.other = far;
  far.other = near;
  return [near, far];
}
