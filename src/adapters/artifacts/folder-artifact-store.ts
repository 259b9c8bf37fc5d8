import { randomUUID } from 'node:crypto';
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactArchive, StoredArtifact } from '../../ports/artifact-store.ts';
import { listFolder, markOf } from './folder-listing.ts';
import {
  checked,
  checkedContent,
  checkedName,
  checkedRun,
  isRequestId,
  parseReference,
  referenceOf,
} from './names.ts';
import { pathInside } from './safe-path.ts';

/**
 * Keeps artifacts below `<runsFolder>/<requestId>/artifacts`, for its owner alone.
 * @param runsFolder for example `<project>/.runsheet/runs`, or a mount that all workers have
 */
export function createFolderArtifactStore(runsFolder: string): ArtifactArchive {
  const locate = (requestId: string, name: string): Promise<string> =>
    pathInside(join(runsFolder, requestId, 'artifacts'), name);
  return {
    async write(requestId, name, content) {
      const artifact = checked(requestId, name);
      const bytes = checkedContent(name, content);
      await mkdir(join(runsFolder, requestId, 'artifacts'), { recursive: true, mode: 0o700 });
      const path = await locate(requestId, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await replaceFile(path, bytes);
      return referenceOf(artifact);
    },
    async read(reference) {
      const { requestId, name } = parseReference(reference);
      return orNull(async () => readFile(await locate(requestId, name)));
    },
    async ofEveryRun(name) {
      checkedName(name);
      const found = [];
      for (const requestId of (await orNull(() => readdir(runsFolder))) ?? []) {
        if (!isRequestId(requestId)) continue;
        const content = await orNull(() => ownFile(join(runsFolder, requestId, 'artifacts', name)));
        if (content !== null) found.push({ requestId, content });
      }
      return found;
    },
    async list(requestId) {
      if (requestId !== undefined) checkedRun(requestId);
      const folder = await orNull(() => realpath(runsFolder));
      return folder === null ? { runs: [], others: [] } : listFolder(folder, requestId);
    },
    async remove(artifact) {
      if (!(await isAsListed(artifact))) return false;
      await unlink(artifact.place);
      return true;
    },
    close: () => Promise.resolve(),
  };
}

/** Written beside and renamed: a reader sees the old or the new content, and no link is followed. */
async function replaceFile(path: string, content: Buffer): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, content, { mode: 0o600, flag: 'wx' });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** A file that is one itself, and is reached by no link below the run's folder; else null. */
async function ownFile(path: string): Promise<Buffer | null> {
  const folder = dirname(path);
  const isOwn = (await lstat(path)).isFile() && (await lstat(folder)).isDirectory();
  return isOwn ? readFile(path) : null;
}

async function isAsListed({ place, mark }: StoredArtifact): Promise<boolean> {
  const stats = await lstat(place).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  return stats?.isFile() === true && markOf(stats) === mark && (await realpath(place)) === place;
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
