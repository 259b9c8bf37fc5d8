import { gzipSync } from 'node:zlib';

/** One entry of a tar archive as an attacker may write it: no library forbids anything. */
export interface RawEntry {
  readonly path: string;
  /** The format's own letter: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, … */
  readonly flag?: string;
  readonly mode?: number;
  readonly target?: string;
  readonly content?: string | Buffer;
}

const BLOCK_BYTES = 512;

export function rawTar(entries: readonly RawEntry[]): Buffer {
  const blocks = entries.flatMap(({ content = '', ...entry }) => {
    const bytes = Buffer.from(content);
    const rest = (BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES;
    return [header(entry, bytes.length), bytes, Buffer.alloc(rest)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

export function rawArchive(entries: readonly RawEntry[]): Buffer {
  return gzipSync(rawTar(entries));
}

/** A record of an extended header. */
export function paxRecord(key: string, value: string): string {
  const text = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(text);
  return `${bytes + String(bytes + String(bytes).length).length}${text}`;
}

function header({ path, flag = '0', mode = 0o644, target = '' }: RawEntry, bytes: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(path, 0, 100);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(bytes, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(flag, 156);
  block.write(target, 157, 100);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}
