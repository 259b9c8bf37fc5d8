import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache: what is downloaded or made once for all projects. */
export function cacheFolderOf(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'runsheet');
}
