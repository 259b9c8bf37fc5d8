/** The project's own known_hosts: the one file into which a person's trust is written. */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface TrustedKey {
  /** As known_hosts names a host: `web-1`, `[web-1]:2222`. */
  readonly place: string;
  /** `ssh-ed25519 AAAA…` */
  readonly key: string;
  /** Who and when, for whoever reads the file. */
  readonly comment: string;
}

const HASHED = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/u;
const DEFAULT_MODE = 0o644;

/**
 * Writes a key down, atomically and once. What else the file says of the place stays, unless `replace`:
 * then only this key is left. Lines with a marker (`@revoked`) are left alone.
 * @returns whether the file changed
 */
export async function writeTrustedKey(
  file: string,
  trusted: TrustedKey,
  replace: boolean,
): Promise<boolean> {
  // A link stays one: what it points to is written.
  const path = await realpath(file).catch(() => file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const next = withTrustedKey(text, trusted, replace);
  if (next === text) return false;
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => DEFAULT_MODE,
  );
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    await writeFile(part, next, { mode, flag: 'wx' });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return true;
}

/** The same of a text; pure. */
export function withTrustedKey(text: string, trusted: TrustedKey, replace: boolean): string {
  const { place, key, comment } = trusted;
  const lines = text === '' ? [] : text.replace(/\n$/u, '').split('\n');
  const isThere = lines.some((line) => keyOf(line) === key && namesPlace(line, place));
  const kept = replace
    ? lines.flatMap((line) => (keyOf(line) === key ? [line] : withoutPlace(line, place)))
    : lines;
  const own = isThere ? [] : [`${place} ${key} ${comment}`.trim()];
  const all = [...kept, ...own];
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}

/** null: a comment, a marker's line, or no line of known_hosts at all. */
function keyOf(line: string): string | null {
  const [names = '', type = '', blob = ''] = line.trim().split(/\s+/u);
  if (blob === '' || names.startsWith('#') || names.startsWith('@')) return null;
  return `${type} ${blob}`;
}

function namesOf(line: string): readonly string[] {
  return line.trim().split(/\s+/u)[0]?.split(',') ?? [];
}

function namesPlace(line: string, place: string): boolean {
  return keyOf(line) !== null && namesOf(line).some((name) => isPlace(name, place));
}

/** A line loses the name; one that names nothing else is gone. A pattern is about more and stays. */
function withoutPlace(line: string, place: string): readonly string[] {
  if (!namesPlace(line, place)) return [line];
  const others = namesOf(line).filter((name) => !isPlace(name, place));
  if (others.length === 0) return [];
  return [line.trim().replace(/^\S+/u, () => others.join(','))];
}

function isPlace(name: string, place: string): boolean {
  const hashed = HASHED.exec(name);
  if (hashed === null) return name.toLowerCase() === place;
  const [, salt = '', digest] = hashed;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(place).digest('base64') === digest;
}
