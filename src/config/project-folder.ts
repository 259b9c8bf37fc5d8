/** Which folder's project a command means. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
