/** The part of the ustar format that a release archive needs: files, folders and links, no extensions. */
const BLOCK_BYTES = 512;
const MAXIMUM_NAME_BYTES = 100;
const MAXIMUM_PREFIX_BYTES = 155;

export type TarEntryType = 'file' | 'folder' | 'link';

export interface TarEntry {
  readonly path: string;
  readonly type: TarEntryType;
  readonly mode: number;
  /** Of a file. */
  readonly content: Buffer;
  /** Of a link; empty otherwise. */
  readonly target: string;
}

const FLAGS: Record<TarEntryType, string> = { file: '0', link: '2', folder: '5' };

/** Nothing in it depends on time, user or machine: the same entries give the same bytes. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    blocks.push(header(entry));
    if (entry.type === 'file') blocks.push(entry.content, padding(entry.content.length));
  }
  blocks.push(Buffer.alloc(2 * BLOCK_BYTES));
  return Buffer.concat(blocks);
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES);
}

function header({ path, type, mode, content, target }: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const [prefix, name] = splitPath(type === 'folder' ? `${path}/` : path);
  if (Buffer.byteLength(target) > MAXIMUM_NAME_BYTES) throw tooLong(target);
  block.write(name, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(type === 'file' ? content.length : 0, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(FLAGS[type], 156);
  block.write(target, 157);
  block.write('ustar\0' + '00', 257);
  block.write(prefix, 345);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

function checksum(block: Buffer): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= MAXIMUM_NAME_BYTES) return ['', path];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(prefix) > MAXIMUM_PREFIX_BYTES) break;
    if (name !== '' && Buffer.byteLength(name) <= MAXIMUM_NAME_BYTES) return [prefix, name];
  }
  throw tooLong(path);
}

function tooLong(path: string): Error {
  return new Error(`the path ${path} is too long for a release archive`);
}

export interface TarHeader {
  readonly path: string;
  /** The format's own letter: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, … */
  readonly flag: string;
  readonly sizeBytes: number;
  readonly target: string;
}

/** @throws Error where the bytes are no ustar archive */
export function readTarHeaders(archive: Buffer): readonly TarHeader[] {
  const headers: TarHeader[] = [];
  for (let at = 0; at + BLOCK_BYTES <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK_BYTES);
    if (block.every((byte) => byte === 0)) return headers;
    const found = readHeader(block);
    headers.push(found);
    at += BLOCK_BYTES + Math.ceil(found.sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  throw new Error('the archive ends too early');
}

function readHeader(block: Buffer): TarHeader {
  const text = (start: number, length: number): string => {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return field.subarray(0, end === -1 ? length : end).toString('utf8');
  };
  const written = Number.parseInt(text(148, 8), 8);
  const blank = Buffer.from(block);
  blank.fill(' ', 148, 156);
  const size = text(124, 12).trim();
  if (written !== checksum(blank) || !/^[0-7]+$/.test(size))
    throw new Error('a header of the archive is damaged');
  const prefix = text(345, 155);
  return {
    path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    flag: text(156, 1) || '0',
    sizeBytes: Number.parseInt(size, 8),
    target: text(157, 100),
  };
}
