import { createHmac } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withTrustedKey, writeTrustedKey } from '../../src/config/known-hosts-file.ts';

const KEY = 'ssh-ed25519 AAAAone';
const OTHER = 'ssh-ed25519 AAAAtwo';
const TRUSTED = { place: 'web-1', key: KEY, comment: 'trusted 2026-01-02 by me' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-known-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function hashed(place: string): string {
  const salt = Buffer.from('salt');
  const digest = createHmac('sha1', salt).update(place).digest('base64');
  return `|1|${salt.toString('base64')}|${digest}`;
}

test('a key is added at the end, once, and nothing else changes', () => {
  const line = `web-1 ${KEY} trusted 2026-01-02 by me\n`;
  expect(withTrustedKey('', TRUSTED, false)).toBe(line);
  expect(withTrustedKey(line, TRUSTED, false)).toBe(line);
  expect(withTrustedKey(line, TRUSTED, true)).toBe(line);
  expect(withTrustedKey('# mine\n\nweb-2 x y', TRUSTED, false)).toBe(
    `# mine\n\nweb-2 x y\n${line}`,
  );
  const listed = `web-0,WEB-1 ${KEY}\n`;
  expect(withTrustedKey(listed, TRUSTED, false)).toBe(listed);
});

test('replacing takes the place out of every other line, and only that', () => {
  const before = [
    '# of the fleet',
    `web-1 ${OTHER}`,
    `web-0,web-1,web-2 ${OTHER} all`,
    `${hashed('web-1')} ${OTHER}`,
    `${hashed('web-2')} ${OTHER}`,
    `[web-1]:2222 ${OTHER}`,
    `web-* ${OTHER}`,
    `@revoked web-1 ${OTHER}`,
  ].join('\n');
  expect(withTrustedKey(before, TRUSTED, true).trimEnd().split('\n')).toEqual([
    '# of the fleet',
    `web-0,web-2 ${OTHER} all`,
    `${hashed('web-2')} ${OTHER}`,
    `[web-1]:2222 ${OTHER}`,
    `web-* ${OTHER}`,
    `@revoked web-1 ${OTHER}`,
    `web-1 ${KEY} trusted 2026-01-02 by me`,
  ]);
});

test('a file is written whole, with its rights, through a link, and no part is left', async () => {
  const file = join(folder, 'sub', 'known_hosts');
  expect(await writeTrustedKey(file, TRUSTED, false)).toBe(true);
  expect(await writeTrustedKey(file, TRUSTED, false)).toBe(false);
  const own = join(folder, 'own');
  await writeFile(own, '', { mode: 0o600 });
  const link = join(folder, 'link');
  await symlink(own, link);
  await writeTrustedKey(link, TRUSTED, false);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(own, 'utf8')).toContain(KEY);
  expect((await stat(own)).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).sort()).toEqual(['link', 'own', 'sub']);
});
