import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { pathInside } from '../artifacts/safe-path.ts';
import { refusal } from '../refusal.ts';

/** Never part of a source: history, our own state, and what a package manager installs. */
const LEFT_OUT = new Set(['.git', '.runsheet', 'node_modules']);
const MOST_FILES = 100_000;

export interface SourceFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'link';
}

/**
 * The files of a source folder in a fixed order.
 * @throws PortError `refused` for a link that leads out of the folder, `invalid` for too many files
 */
export async function listSourceFiles(folder: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(await describe(folder, path));
      if (files.length > MOST_FILES) throw tooMany(folder);
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** sha256 over path, kind and content of every file; `sha256:` + 64 hex. */
export async function digestFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await listSourceFiles(folder)) {
    const path = join(folder, file.path);
    const content = file.kind === 'link' ? await readlink(path) : await digestFile(path);
    hash.update(`${JSON.stringify([file.path, file.kind, content])}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Copies a source's files over those of another folder; what else is there stays. */
export async function copySource(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of await listSourceFiles(from)) {
    const target = await pathInside(to, file.path);
    await mkdir(dirname(target), { recursive: true });
    if (file.kind !== 'link') await copyIfOther(join(from, file.path), target);
    else await copyLink(join(from, file.path), target);
  }
}

/** A command may be reading what is already as it should be. */
async function copyIfOther(from: string, to: string): Promise<void> {
  if (await isSameFile(from, to)) return;
  await rm(to, { recursive: true, force: true });
  await copyFile(from, to);
}

async function isSameFile(from: string, to: string): Promise<boolean> {
  const [wanted, found] = await Promise.all([lstat(from), lstat(to).catch(() => null)]);
  if (found?.isFile() !== true || found.size !== wanted.size || found.mode !== wanted.mode) {
    return false;
  }
  return (await digestFile(from)) === (await digestFile(to));
}

async function copyLink(from: string, to: string): Promise<void> {
  const wanted = await readlink(from);
  if ((await readlink(to).catch(() => null)) === wanted) return;
  await rm(to, { recursive: true, force: true });
  await symlink(wanted, to);
}

async function describe(folder: string, path: string): Promise<SourceFile> {
  const name = relative(folder, path).split(sep).join('/');
  const status = await lstat(path);
  if (!status.isSymbolicLink()) {
    return { path: name, kind: (status.mode & 0o100) === 0 ? 'file' : 'executable' };
  }
  const target = resolve(dirname(path), await readlink(path));
  await pathInside(folder, relative(folder, target) || '.');
  await pathInside(folder, name);
  return { path: name, kind: 'link' };
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function tooMany(folder: string): PortError {
  const named = { folder, limit: MOST_FILES };
  return refusal('invalid', folder, diagnose('TOO_LARGE', 'sourceFolder', named));
}
