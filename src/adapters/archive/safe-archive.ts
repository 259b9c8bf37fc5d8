import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ExtractEvents, extract } from 'tar-stream';
import { diagnose, type VariantOf } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { refusal } from '../refusal.ts';
import { leadsOut } from './links.ts';

export interface ArchiveLimits {
  readonly unpackedBytes: number;
  readonly entries: number;
}

export const LIMITS: ArchiveLimits = { unpackedBytes: 1024 * 1024 * 1024, entries: 100_000 };

type TarEntry = ExtractEvents['entry'][1];

const CODE = 'ARCHIVE_UNSAFE';
const BLOCK_BYTES = 512;
const SPECIAL_BITS = 0o7000;

/**
 * Refuses a release archive that could write outside its folder or fill a server's disk. It is read
 * in pieces; the server's own tar unpacks it, so whatever another program could read differently is
 * refused too: it holds what the archive builder writes, and nothing else.
 * @param name what the message calls it
 * @throws PortError `refused`, its message begins with ARCHIVE_UNSAFE
 */
export async function assertSafeArchive(
  name: string,
  file: string,
  limits: ArchiveLimits = LIMITS,
): Promise<void> {
  const meter = new Meter(limits.unpackedBytes);
  const content = new Content(limits.entries);
  const tar = extract();
  try {
    await Promise.all([
      pipeline(createReadStream(file), createGunzip(), meter, tar),
      takeAll(tar, content),
    ]);
    if (meter.bytes === 0) throw new Unsafe((named) => diagnose(CODE, 'empty', named));
    content.assertLinks();
  } catch (error) {
    const diagnostic =
      error instanceof Unsafe ? error.of({ name }) : diagnose(CODE, 'unreadable', { name });
    throw refusal('refused', name, diagnostic, { cause: error });
  }
}

/** What is wrong, said when it is known how the archive is called. */
class Unsafe extends Error {
  readonly of: (named: Named) => Diagnostic;

  constructor(of: (named: Named) => Diagnostic) {
    super(CODE);
    this.of = of;
  }
}

interface Named {
  readonly name: string;
}

async function takeAll(tar: AsyncIterable<TarEntry>, content: Content): Promise<void> {
  for await (const entry of tar) {
    content.take(entry);
    entry.resume();
  }
}

/** Lets the limit through and no byte more. */
class Meter extends Transform {
  bytes = 0;
  private readonly limit: number;

  constructor(limit: number) {
    super();
    this.limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    const { limit } = this;
    if (this.bytes > limit)
      done(new Unsafe(({ name }) => diagnose(CODE, 'bytes', { name, limit })));
    else done(null, chunk);
  }
}

/** What the entries so far make when they are unpacked. */
class Content {
  private readonly types = new Map<string, string>();
  private readonly links = new Map<string, string>();
  private readonly limit: number;
  private nextOffset = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** @throws Unsafe what is wrong with this entry alone */
  take({ header, offset }: TarEntry): void {
    const { name, type, mode, size, linkname } = header;
    if (this.types.size === this.limit) throw tooMany(this.limit);
    const path = posix.normalize(name).replace(/\/$/u, '');
    const isFile = type === 'file';
    if (name === '' || name.startsWith('/') || name.split('/').includes('..') || hasNul(name))
      throw unsafe(name, 'outside');
    if (!isFile && type !== 'directory' && type !== 'symlink') throw unsafe(name, 'type');
    if ((mode & SPECIAL_BITS) !== 0) throw unsafe(name, 'special');
    if (!isFile && size !== 0) throw unsafe(name, 'content');
    if (type === 'symlink' && (!linkname || hasNul(linkname))) throw unsafe(name, 'target');
    if (offset - this.nextOffset !== extensionBytes(header)) throw unsafe(name, 'headers');
    if (this.types.has(path)) throw unsafe(name, 'twice');
    this.nextOffset = offset + BLOCK_BYTES + padded(isFile ? size : 0);
    this.types.set(path, type);
    if (type === 'symlink') this.links.set(path, linkname);
  }

  /** @throws Unsafe what only shows when all entries are known: their order in the archive is nobody's promise */
  assertLinks(): void {
    for (const path of this.types.keys()) {
      if (foldersOf(path).some((folder) => this.isNoFolder(folder))) throw unsafe(path, 'through');
      if (this.links.has(path) && leadsOut(path, this.links)) throw unsafe(path, 'linkOut');
    }
  }

  private isNoFolder(path: string): boolean {
    return (this.types.get(path) ?? 'directory') !== 'directory';
  }
}

function tooMany(limit: number): Unsafe {
  return new Unsafe(({ name }) => diagnose(CODE, 'entries', { name, limit }));
}

type Flaw = Exclude<VariantOf<typeof CODE>, 'unreadable' | 'empty' | 'bytes' | 'entries'>;

function unsafe(path: string, flaw: Flaw): Unsafe {
  return new Unsafe(({ name }) => diagnose(CODE, flaw, { name, path: JSON.stringify(path) }));
}

/**
 * The bytes of the one extended header that an entry may have, for a path or a link that is long or not
 * ASCII. A global header, GNU's long names and a second extended header make the distance greater.
 */
function extensionBytes({ pax }: TarEntry['header']): number {
  if (typeof pax !== 'object' || pax === null) return 0;
  const records = Object.entries(pax).map(([key, value]) => {
    if (key !== 'path' && key !== 'linkpath') return Number.NaN;
    return recordBytes(` ${key}=${String(value)}\n`);
  });
  return BLOCK_BYTES + padded(records.reduce((sum, bytes) => sum + bytes, 0));
}

/** A record begins with its own length, the digits of the length included. */
function recordBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  const digits = String(bytes + String(bytes).length).length;
  return bytes + digits;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function hasNul(text: string): boolean {
  return text.includes('\0');
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}
