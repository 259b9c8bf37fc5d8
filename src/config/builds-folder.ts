import { join } from 'node:path';

/** Where built archives wait to be pushed. */
export function buildsFolderOf(projectFolder: string): string {
  return join(projectFolder, '.runsheet', 'builds');
}
