import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';

/**
 * Opens the database of a folder. Creating an empty one takes seconds of CPU time, so the first is kept in
 * the user's cache, and later folders start from a copy. A damaged copy is replaced.
 * @param folder exists; empty where the database is new
 * @param cacheFolder absent: nothing is kept
 */
export async function openDatabase(
  folder: string,
  cacheFolder: string | undefined,
): Promise<PGlite> {
  const isNew = (await readdir(folder)).length === 0;
  if (!isNew || cacheFolder === undefined) return PGlite.create(folder);
  const file = join(cacheFolder, `pglite-${versionOfPglite()}.tar.gz`);
  const kept = await readKept(file);
  if (kept !== null) return PGlite.create({ dataDir: folder, loadDataDir: new Blob([kept]) });
  const database = await PGlite.create(folder);
  await keep(database, file);
  return database;
}

/**
 * An empty database that is kept. Unpacked here, where a damaged file (gzip ends with a checksum) gives an error: PGlite leaves such an
 * error unhandled, which ends the thread.
 * @returns the tar archive; null: there is none, or it is damaged
 */
export async function readKept(file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await promisify(gunzip)(await readFile(file)));
  } catch {
    return null;
  }
}

/** A cache that cannot be written only costs time at the next start. */
async function keep(database: PGlite, file: string): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    const dump = await database.dumpDataDir('gzip');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(beside, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 });
    await rename(beside, file);
  } catch {
    await rm(beside, { force: true });
  }
}

function versionOfPglite(): string {
  const require = createRequire(import.meta.url);
  const manifest: unknown = require(
    join(dirname(require.resolve('@electric-sql/pglite')), '..', 'package.json'),
  );
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
