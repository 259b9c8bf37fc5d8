/** known_hosts as OpenSSH writes it: plain, hashed, with port, patterns, revoked keys, authorities. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { matchesPatternList } from './patterns.ts';

export interface KnownKey {
  /**
   * `without-port` stands in a line that names no port, of a server on another port than 22: the
   * same key is trusted, another one says nothing. `authority` signs certificates, which ssh2
   * cannot take.
   */
  readonly kind: 'plain' | 'without-port' | 'revoked' | 'authority';
  /** `ssh-ed25519`, … */
  readonly type: string;
  /** base64, as in the file. */
  readonly blob: string;
  /** `file:line`, for messages. */
  readonly source: string;
}

const DEFAULT_PORT = 22;
const MOST_BYTES = 8 * 1024 * 1024;
const HASHED = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/;
const KINDS: Readonly<Record<string, KnownKey['kind']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'authority',
};

/** A host as known_hosts names it: `web-1`, or `[web-1]:2222` where the port is another than 22. */
export function placeOf(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`;
}

/** The names by which OpenSSH looks a server up. An alias is the whole name, whatever the port is. */
export function placesOf(
  alias: string | null,
  host: string,
  port: number,
): { readonly place: string; readonly placeWithoutPort: string | null } {
  if (alias !== null) return { place: alias.toLowerCase(), placeWithoutPort: null };
  const place = placeOf(host, port);
  const bare = placeOf(host, DEFAULT_PORT);
  return { place, placeWithoutPort: place === bare ? null : bare };
}

/** The keys that files hold for a place; a file that is not there holds none. */
async function readKnownKeys(
  files: readonly string[],
  place: string,
): Promise<readonly KnownKey[]> {
  const texts = await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0))));
  return texts.flatMap((bytes, index) =>
    knownKeysOf(bytes.subarray(0, MOST_BYTES).toString('utf8'), place, files[index] ?? ''),
  );
}

/**
 * The keys of a server: where no line with its port holds one, also those of lines without a port. A
 * key that such a line revokes is revoked in any case.
 */
export async function readKeysOf(
  files: readonly string[],
  place: string,
  placeWithoutPort: string | null,
): Promise<readonly KnownKey[]> {
  const found = await readKnownKeys(files, place);
  if (placeWithoutPort === null) return found;
  const isKnown = found.some(({ kind }) => kind === 'plain');
  const others = await readKnownKeys(files, placeWithoutPort);
  return [
    ...found,
    ...others
      .filter(({ kind }) => kind === 'revoked' || !isKnown)
      .map((key): KnownKey => (key.kind === 'plain' ? { ...key, kind: 'without-port' } : key)),
  ];
}

/** The same of one file's text; pure. A line that cannot be read is skipped, as OpenSSH does. */
export function knownKeysOf(text: string, place: string, file: string): readonly KnownKey[] {
  return text.split(/\r?\n/u).flatMap((line, index) => {
    const words = line.trim().split(/\s+/u);
    const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
    const kind = marker === '' ? 'plain' : KINDS[marker];
    const [names = '', type = '', blob = ''] = words;
    if (kind === undefined || names.startsWith('#') || blob === '') return [];
    if (!namesPlace(names, place)) return [];
    return [{ kind, type, blob, source: `${file}:${index + 1}` }];
  });
}

function namesPlace(names: string, place: string): boolean {
  const hashed = HASHED.exec(names);
  if (hashed === null) return matchesPatternList(names.split(','), place);
  const [, salt = '', digest = ''] = hashed;
  const own = createHmac('sha1', Buffer.from(salt, 'base64')).update(place).digest('base64');
  return own === digest;
}
