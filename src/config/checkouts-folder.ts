/** Where the checkouts of runs lie on this machine. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Environment } from './environment.ts';

/**
 * RUNSHEET_CHECKOUTS, else the user's cache: a folder that outlives the worker, is the same for every
 * worker of this user, and is outside of every project.
 * @param folder of the project; a relative RUNSHEET_CHECKOUTS begins there
 */
export function checkoutsFolderOf(folder: string, environment: Environment): string {
  const given = environment['RUNSHEET_CHECKOUTS'] ?? '';
  if (given !== '') return resolve(folder, given);
  const cache = environment['XDG_CACHE_HOME'] ?? '';
  // A relative one is no setting, as its specification says.
  const base = isAbsolute(cache) ? cache : join(homedir(), '.cache');
  return join(base, 'runsheet', 'checkouts');
}
