/** What of a build's context goes into the release archive: found, checked, and in a fixed order. */

import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { BuildRequest } from '../../ports/image-builder.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, refusal } from '../refusal.ts';
import { leadsOut } from './links.ts';
import { LIMITS } from './safe-archive.ts';

export interface Entry {
  /** Relative to the context, without a slash at its end. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  /** Of a link; empty otherwise. */
  readonly target: string;
}

const EXECUTABLE = 0o111;
const BLOCK_BYTES = 512;
/** Of one entry: its header, and where its name is long an extended one. */
const HEADER_BLOCKS = 3;

/**
 * @throws PortError `invalid` where `include` names what is not there, or the release is too large;
 * `refused` where a path or a link leads out of the context
 */
export async function collectEntries(request: BuildRequest): Promise<readonly Entry[]> {
  const found = new Collection(request);
  for (const name of namesOf(request)) await found.add(name);
  const links = new Map(
    found.entries.filter(({ type }) => type === 'symlink').map((link) => [link.path, link.target]),
  );
  for (const path of links.keys()) if (leadsOut(path, links)) throw outside(path);
  // By bytes, as a locale would sort otherwise elsewhere.
  return found.entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** Nothing named: the whole context. A name within another is packed once. */
function namesOf({ include }: BuildRequest): readonly string[] {
  const names = [
    ...new Set(
      (include.length === 0 ? ['.'] : include).map((name) =>
        posix.join(name, '.').replace(/\/$/, ''),
      ),
    ),
  ];
  return names.filter(
    (name) => name === '.' || !names.some((other) => other === '.' || name.startsWith(`${other}/`)),
  );
}

class Collection {
  readonly entries: Entry[] = [];
  private blocks = 0;
  private readonly request: BuildRequest;

  constructor(request: BuildRequest) {
    this.request = request;
  }

  async add(path: string): Promise<void> {
    const { context, signal } = this.request;
    signal?.throwIfAborted();
    // Where the context is a work tree, what makes it one is no part of the release.
    if (path === '.git') return;
    if (path.startsWith('/') || path.split('/').includes('..')) throw outside(path);
    const file = join(context, path);
    const found = await lstat(file).catch((error: unknown) => {
      throw missing(path, error);
    });
    if (found.isSymbolicLink()) {
      this.push({ path, type: 'symlink', mode: 0o777, target: await readlink(file) });
    } else if (found.isDirectory()) {
      if (path !== '.') this.push({ path, type: 'directory', mode: 0o755, target: '' });
      for (const name of await readdir(file)) await this.add(posix.join(path, name));
    } else if (found.isFile()) {
      const mode = (found.mode & EXECUTABLE) === 0 ? 0o644 : 0o755;
      this.push({ path, type: 'file', mode, target: '' }, found.size);
    } else {
      throw outside(path);
    }
  }

  /** What could not be unpacked later is not packed. */
  private push(entry: Entry, bytes = 0): void {
    const { context } = this.request;
    this.blocks += HEADER_BLOCKS + Math.ceil(bytes / BLOCK_BYTES);
    if (this.entries.length === LIMITS.entries)
      throw tooLarge(context, { zh: `${LIMITS.entries} 个文件`, en: `${LIMITS.entries} files` });
    if (this.blocks * BLOCK_BYTES > LIMITS.unpackedBytes)
      throw tooLarge(context, {
        zh: `${LIMITS.unpackedBytes} 字节`,
        en: `${LIMITS.unpackedBytes} bytes`,
      });
    this.entries.push(entry);
  }
}

function missing(path: string, cause: unknown): PortError {
  return failure(path, diagnose('INVALID', 'archiveNoFile', { path }), { cause });
}

function outside(path: string): PortError {
  return refusal('refused', path, diagnose('PATH_OUTSIDE_PROJECT', 'include', { path }));
}

function tooLarge(context: string, limit: Parameter): PortError {
  return refusal('invalid', context, diagnose('TOO_LARGE', 'image', { limit }));
}
