import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Empties `folder` unless a completed checkout of this revision is in it. What commands of the run
 * made there (installed packages, build results, reports) stays.
 */
export async function prepareCheckout(folder: string, revision: string): Promise<void> {
  const found = await readFile(markerOf(folder), 'utf8').catch(() => null);
  if (found !== revision) {
    await rm(markerOf(folder), { force: true });
    await rm(folder, { recursive: true, force: true });
  }
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true });
}

export async function completeCheckout(folder: string, revision: string): Promise<void> {
  await writeFile(markerOf(folder), revision);
}

/** Beside the checkout, so that it is no file of the source. */
function markerOf(folder: string): string {
  return `${folder}.revision`;
}
