import { lstat, realpath, unlink } from 'node:fs/promises';
import type { Chosen } from './choose.ts';
import type { FoundFile } from './found.ts';

export interface Removal {
  readonly removed: readonly FoundFile[];
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Removes what was chosen; a file that cannot be removed holds up no other, except that a build's labels
 * stay with its archive. What is no longer as it was found (written anew, a link, gone) is left as it is.
 */
export async function removeChosen({ runs, builds }: Chosen): Promise<Removal> {
  const removed: FoundFile[] = [];
  const failed: { path: string; reason: string }[] = [];
  const ofRuns = runs.flatMap(({ files }) => files.map((file) => [file]));
  for (const together of [...ofRuns, ...builds.map(({ files }) => files)]) {
    for (const file of together) {
      try {
        if (!(await isAsFound(file))) break;
        await unlink(file.path);
        removed.push(file);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failed.push({ path: file.path, reason });
        break;
      }
    }
  }
  return { removed, failed };
}

async function isAsFound({ path, bytes, changedAtMs }: FoundFile): Promise<boolean> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (stats?.isFile() !== true) return false;
  const isSame = stats.size === bytes && stats.mtimeMs === changedAtMs;
  return isSame && (await realpath(path)) === path;
}
