/** What is written to a server: bytes in memory, or a file of the worker that is read in pieces. */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { LocalFile } from '../../ports/server-host.ts';

const PIECE_BYTES = 64 * 1024;

export interface Content {
  readonly bytes: number;
  /** @throws Error where the file has become shorter meanwhile */
  piece(at: number, length: number): Promise<Buffer>;
}

/** The file is open as long as `use` takes. */
export async function withContent<T>(
  source: Buffer | string | LocalFile,
  use: (content: Content) => Promise<T>,
): Promise<T> {
  if (typeof source === 'string' || Buffer.isBuffer(source)) return use(inMemory(source));
  const handle = await open(source.localFile);
  try {
    const { size } = await handle.stat();
    return await use({
      bytes: size,
      async piece(at, length) {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
        if (bytesRead < length) throw new Error(`${source.localFile} changed while it was sent`);
        return buffer;
      },
    });
  } finally {
    await handle.close();
  }
}

export function inMemory(source: Buffer | string): Content {
  const bytes = Buffer.from(source);
  return {
    bytes: bytes.length,
    piece: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
  };
}

/** All of it, in order. */
export function streamOf(content: Content): Readable {
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < content.bytes; at += PIECE_BYTES)
      yield await content.piece(at, Math.min(PIECE_BYTES, content.bytes - at));
  };
  return Readable.from(pieces(), { objectMode: false });
}
