import { join } from 'node:path';

/** Where the worker keeps what runs leave behind; a folder in it for each, by its request's id. */
export function runsFolderOf(projectFolder: string): string {
  return join(projectFolder, '.runsheet', 'runs');
}

/** Where built archives wait to be pushed. */
export function buildsFolderOf(projectFolder: string): string {
  return join(projectFolder, '.runsheet', 'builds');
}
