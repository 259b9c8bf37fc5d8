import { lstat, realpath, unlink } from 'node:fs/promises';
import type { ArtifactArchive } from '../../artifacts.ts';
import type { Chosen } from './choose.ts';
import type { FoundFile } from './found.ts';

export interface Removal {
  readonly removed: readonly FoundFile[];
  readonly failed: readonly { readonly place: string; readonly reason: string }[];
}

/**
 * Removes what was chosen; a file that cannot be removed holds up no other, except that a build's labels
 * stay with its archive. What is no longer as it was found (written anew, a link, gone) is left as it is.
 */
export async function removeChosen(
  { runs, builds }: Chosen,
  store: ArtifactArchive,
): Promise<Removal> {
  const removed: FoundFile[] = [];
  const failed: { place: string; reason: string }[] = [];
  /** @returns whether it is gone */
  const tried = async (file: FoundFile, work: () => Promise<boolean>): Promise<boolean> => {
    try {
      const isGone = await work();
      if (isGone) removed.push(file);
      return isGone;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed.push({ place: file.place, reason });
      return false;
    }
  };
  for (const artifact of runs.flatMap(({ files }) => files))
    await tried(artifact, () => store.remove(artifact));
  for (const { files } of builds) {
    for (const file of files) if (!(await tried(file, () => removeFile(file)))) break;
  }
  return { removed, failed };
}

async function removeFile(file: FoundFile): Promise<boolean> {
  if (!(await isAsFound(file))) return false;
  await unlink(file.place);
  return true;
}

async function isAsFound({ place, bytes, changedAtMs }: FoundFile): Promise<boolean> {
  const stats = await lstat(place).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (stats?.isFile() !== true) return false;
  const isSame = stats.size === bytes && stats.mtimeMs === changedAtMs;
  return isSame && (await realpath(place)) === place;
}
