import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { BuildRequest, ImageBuilder } from '../../ports/image-builder.ts';
import { PortError } from '../../ports/port-error.ts';
import { archiveFile, labelsFile, localReferenceOf } from '../registry/local-images.ts';
import { leaves } from './safe-archive.ts';
import { type TarEntry, writeTar } from './tar.ts';

const compress = promisify(gzip);
const EXECUTABLE = 0o111;
const MAXIMUM_FILES = 100_000;
const NOTHING = Buffer.alloc(0);

/**
 * Packs releases as archives whose bytes depend on the files alone: the same files, the same digest.
 * @param options.buildsFolder where built archives wait to be pushed
 */
export function createArchiveBuilder(options: { readonly buildsFolder: string }): ImageBuilder {
  return {
    async build(request) {
      const entries: TarEntry[] = [];
      for (const name of namesOf(request)) await addEntries(request, name, entries);
      // By bytes, as a locale would sort otherwise elsewhere.
      entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
      request.onProgress?.(`${entries.length} files and folders`);
      const archive = await compress(writeTar(entries), { level: 9 });
      // Byte 9 names the operating system.
      archive[9] = 255;
      request.signal?.throwIfAborted();
      const localReference = localReferenceOf(request.repository, request.tag);
      await writeWhole(archiveFile(options.buildsFolder, localReference), archive);
      await writeWhole(
        labelsFile(options.buildsFolder, localReference),
        JSON.stringify(request.labels),
      );
      return { localReference, sizeBytes: archive.length };
    },
  };
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

async function addEntries(request: BuildRequest, path: string, entries: TarEntry[]): Promise<void> {
  request.signal?.throwIfAborted();
  if (path.startsWith('/') || path.split('/').includes('..')) throw outside(path);
  if (entries.length >= MAXIMUM_FILES) throw tooMany(request.context);
  const file = join(request.context, path);
  const found = await lstat(file).catch((error: unknown) => {
    throw missing(path, error);
  });
  if (found.isSymbolicLink()) {
    const target = await readlink(file);
    if (leaves(path, target)) throw outside(path);
    entries.push({ path, type: 'link', mode: 0o777, content: NOTHING, target });
  } else if (found.isDirectory()) {
    if (path !== '.')
      entries.push({ path, type: 'folder', mode: 0o755, content: NOTHING, target: '' });
    for (const name of await readdir(file))
      await addEntries(request, posix.join(path, name), entries);
  } else if (found.isFile()) {
    const mode = (found.mode & EXECUTABLE) === 0 ? 0o644 : 0o755;
    entries.push({ path, type: 'file', mode, content: await readFile(file), target: '' });
  } else {
    throw outside(path);
  }
}

async function writeWhole(file: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, content);
  await rename(beside, file);
}

function missing(path: string, cause: unknown): PortError {
  return new PortError(
    'invalid',
    path,
    `The image should include ${path}, and the build made no such file.`,
    'Correct image.include in runsheet.yaml, or what commands.package makes.',
    { cause },
  );
}

function outside(path: string): PortError {
  return new PortError(
    'refused',
    path,
    `PATH_OUTSIDE_PROJECT: ${path} leads out of the image's context, or is no file, folder or link.`,
    'Include only files, folders and links that stay inside the context.',
  );
}

function tooMany(context: string): PortError {
  return new PortError(
    'invalid',
    context,
    `TOO_LARGE: the image holds more than ${MAXIMUM_FILES} files.`,
    'Name what the release needs in image.include of runsheet.yaml.',
  );
}
