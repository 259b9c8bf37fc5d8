import { randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import type { BuildRequest, ImageBuilder } from '../../ports/image-builder.ts';
import { archiveFile, labelsFile, localReferenceOf } from '../registry/local-images.ts';
import { collectEntries, type Entry } from './entries.ts';

/** No time and nobody: they would change the digest of the same files. */
const SAME_FOR_ALL = { mtime: new Date(0), uid: 0, gid: 0 };
/** Where gzip names the operating system, and how it says that it names none. */
const SYSTEM_AT = 9;
const NO_SYSTEM = 255;

/**
 * Packs releases as archives whose bytes depend on the files alone: the same files, the same digest.
 * They pass in pieces: a release may be larger than the worker's memory.
 * @param options.buildsFolder where built archives wait to be pushed
 */
export function createArchiveBuilder(options: { readonly buildsFolder: string }): ImageBuilder {
  return {
    async build(request) {
      const entries = await collectEntries(request);
      request.onProgress?.(`${entries.length} files and folders`);
      const localReference = localReferenceOf(request.repository, request.tag);
      const archive = archiveFile(options.buildsFolder, localReference);
      await writeWhole(archive, (file) => writeArchive(file, request, entries));
      await writeWhole(labelsFile(options.buildsFolder, localReference), (file) =>
        writeFile(file, JSON.stringify(request.labels)),
      );
      return { localReference, sizeBytes: (await stat(archive)).size };
    },
  };
}

async function writeArchive(
  file: string,
  { context, signal }: BuildRequest,
  entries: readonly Entry[],
): Promise<void> {
  const tar = pack();
  const packed = pipeline(
    tar,
    createGzip({ level: 9 }),
    nameNoSystem(),
    createWriteStream(file),
    signal === undefined ? {} : { signal },
  );
  await Promise.all([packed, addAll(tar, context, entries)]);
}

async function addAll(tar: Pack, context: string, entries: readonly Entry[]): Promise<void> {
  try {
    for (const entry of entries) {
      if (entry.type === 'file') await addFile(tar, join(context, entry.path), entry);
      else await addEmpty(tar, entry);
    }
    tar.finalize();
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function addEmpty(tar: Pack, { path, type, mode, target }: Entry): Promise<void> {
  const name = type === 'directory' ? `${path}/` : path;
  return new Promise((resolve, reject) => {
    tar.entry({ ...SAME_FOR_ALL, name, type, mode, linkname: target }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** A link that has taken the file's place meanwhile is not followed; a file that grows or shrinks fails. */
async function addFile(tar: Pack, file: string, { path, mode }: Entry): Promise<void> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await handle.stat();
    await pipeline(
      handle.createReadStream({ autoClose: false }),
      tar.entry({ ...SAME_FOR_ALL, name: path, type: 'file', mode, size }),
    );
  } finally {
    await handle.close();
  }
}

function nameNoSystem(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      const index = SYSTEM_AT - at;
      if (index >= 0 && index < chunk.length) chunk[index] = NO_SYSTEM;
      at += chunk.length;
      done(null, chunk);
    },
  });
}

/** Beside and renamed: nobody sees half a file. */
async function writeWhole(file: string, write: (beside: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await write(beside);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
