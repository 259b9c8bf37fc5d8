/** Which folder's project a command means. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { PROJECT_FILE } from './load-project.ts';

/** Where `runsheet dev` puts the sample service in a folder without runsheet.yaml. */
export function sampleFolderOf(folder: string): string {
  return join(resolve(folder), '.runsheet', 'sample');
}

/** The folder itself; without runsheet.yaml in it the sample that `runsheet dev` left there, if any. */
export function findProjectFolder(folder: string): string {
  const absolute = resolve(folder);
  if (existsSync(join(absolute, PROJECT_FILE))) return absolute;
  const sample = sampleFolderOf(absolute);
  return existsSync(join(sample, PROJECT_FILE)) ? sample : absolute;
}

/** The same with the folder in each place: the files of several projects have one name. */
export function inFolder(
  folder: string,
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  return diagnostics.map((each) => {
    if (each.place === undefined) return each;
    return { ...each, place: { ...each.place, file: join(folder, each.place.file) } };
  });
}
