/** The client's configuration for one call: the user's own, with the credentials of one registry. */
import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryLogin } from '../../ports/registry.ts';

/** What the client finds there besides: how it reaches its engine, and its plugins. */
const SHARED = ['contexts', 'cli-plugins', 'buildx', 'tls'] as const;

/** @param own the text of the user's config.json; empty: there is none */
export function dockerConfig(own: string, host: string, login: RegistryLogin): string {
  const base = parsed(own);
  const auth = Buffer.from(`${login.username}:${login.password}`, 'utf8').toString('base64');
  return JSON.stringify({
    ...base,
    auths: { ...objectOf(base['auths']), [host]: { auth } },
    // No helper for this host, or the client would ask that one and not this file.
    credHelpers: { ...objectOf(base['credHelpers']), [host]: '' },
  });
}

/**
 * A folder for DOCKER_CONFIG that only this user reads, and that is gone after the work.
 * @param ownFolder the user's own configuration
 */
export async function withDockerConfig<T>(
  ownFolder: string,
  host: string,
  login: RegistryLogin,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-docker-'));
  try {
    await chmod(folder, 0o700);
    const own = await readFile(join(ownFolder, 'config.json'), 'utf8').catch(() => '');
    const file = join(folder, 'config.json');
    await writeFile(file, dockerConfig(own, host, login), { mode: 0o600 });
    for (const name of await sharedIn(ownFolder)) {
      await symlink(join(ownFolder, name), join(folder, name));
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Only what is there: a link to nothing stands in the way of whoever wants to make it. */
async function sharedIn(ownFolder: string): Promise<readonly string[]> {
  const names = await readdir(ownFolder).catch((): string[] => []);
  return SHARED.filter((name) => names.includes(name));
}

function parsed(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
