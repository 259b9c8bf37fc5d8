import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/**
 * Opens the database of a folder. Making an empty one takes seconds of computing, so the first one is
 * kept in the user's cache and later folders begin with a copy.
 * @param cacheFolder absent: nothing is kept
 */
export async function openDatabase(
  folder: string,
  cacheFolder: string | undefined,
): Promise<PGlite> {
  const isNew = (await readdir(folder)).length === 0;
  if (!isNew || cacheFolder === undefined) return PGlite.create(folder);
  const file = join(cacheFolder, `pglite-${versionOfPglite()}.tar.gz`);
  const kept = await readFile(file).catch(() => null);
  if (kept !== null) {
    try {
      return await PGlite.create({
        dataDir: folder,
        loadDataDir: new Blob([new Uint8Array(kept)]),
      });
    } catch {
      // A damaged copy is made anew below.
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
  }
  const database = await PGlite.create(folder);
  await keep(database, file);
  return database;
}

/** A cache that cannot be written costs time at the next start and nothing else. */
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
