/** The same of a plain folder, which has no history that would say more than its files do. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MissingContent } from '../../ports/source-repository.ts';
import { listSourceFiles } from './folder-digest.ts';
import { isPointer, LONGEST_POINTER_BYTES } from './stand-ins.ts';

const MOST_FOUND = 1_000;
const SUBMODULE_PATH = /^\s*path\s*=\s*"?([^"\r\n]+?)"?\s*$/gmu;

export async function findMissingInFolder(folder: string): Promise<readonly MissingContent[]> {
  const files = await listSourceFiles(folder);
  const found: MissingContent[] = [];
  for (const path of await submodulePaths(folder)) {
    const isFilled = files.some((file) => file.path.startsWith(`${path}/`));
    if (!isFilled) found.push({ kind: 'submodule', path });
  }
  for (const { path, kind } of files) {
    if (kind !== 'link' && (await isPointerFile(join(folder, path)))) {
      found.push({ kind: 'lfs', path });
    }
    if (found.length === MOST_FOUND) break;
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** An archive of a repository has the list of its submodules, and nothing where they belong. */
async function submodulePaths(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, '.gitmodules'), 'utf8').catch(() => '');
  return [...text.matchAll(SUBMODULE_PATH)].map(([, path = '']) => path.replace(/\/+$/u, ''));
}

async function isPointerFile(file: string): Promise<boolean> {
  const { size } = await lstat(file);
  return size <= LONGEST_POINTER_BYTES && isPointer(await readFile(file));
}
