import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type ArchiveLimits,
  assertSafeArchive,
} from '../../../src/adapters/archive/safe-archive.ts';
import { paxRecord, type RawEntry, rawArchive, rawTar } from './raw-tar.ts';

const LIMITS: ArchiveLimits = { unpackedBytes: 1_000_000, entries: 10 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function judge(archive: Buffer): Promise<string> {
  const file = join(folder, 'release.tar.gz');
  await writeFile(file, archive);
  try {
    await assertSafeArchive('r', file, LIMITS);
    return 'accepted';
  } catch (error) {
    expect(error).toMatchObject({ name: 'PortError', kind: 'refused', subject: 'r' });
    return error instanceof Error ? error.message : '';
  }
}

const file = (path: string, changes: Partial<RawEntry> = {}): RawEntry => ({
  path,
  content: 'x',
  ...changes,
});
const dir = (path: string): RawEntry => ({ path, flag: '5', mode: 0o755 });
const link = (path: string, target: string): RawEntry => ({ path, flag: '2', target });
const pax = (...records: [string, string][]): RawEntry => ({
  path: 'PaxHeader',
  flag: 'x',
  content: records.map(([key, value]) => paxRecord(key, value)).join(''),
});

it('accepts files, folders and links that stay inside, in any order', async () => {
  const entries = [
    dir('./'),
    link('current', 'lib/v2'),
    file('lib/v2/run', { mode: 0o755 }),
    dir('lib/'),
    link('lib/up', '../lib/./v2/..'),
    link('to/nothing', 'not/here'),
    pax(['path', `文档/${'长'.repeat(90)}`]),
    file('PaxHeader'),
  ];
  expect(await judge(rawArchive(entries))).toBe('accepted');
  expect(await judge(rawArchive([]))).toBe('accepted');
});

it.each<[what: string, entries: readonly RawEntry[], reason: string]>([
  ['a path above', [file('../x')], 'out of its folder'],
  ['a path above, further in', [file('a/../../x')], 'out of its folder'],
  ['an absolute path', [file('/etc/x')], 'out of its folder'],
  ['a long path above', [pax(['path', `../${'x'.repeat(200)}`]), file('p')], 'out of its folder'],
  ['a path that ends early elsewhere', [pax(['path', 'a\0b']), file('p')], 'out of its folder'],
  ['a link out', [link('a', '../../etc')], '"a", a link out'],
  ['an absolute link', [link('a', '/etc')], '"a", a link out'],
  ['a long link out', [pax(['linkpath', `/${'x'.repeat(200)}`]), link('a', 'b')], 'a link out'],
  ['a link to a link out', [link('a', 'b'), link('b', '/etc')], '"a", a link out'],
  ['a link through a link', [link('d/x', '..'), link('e', 'd/x/..')], '"e", a link out'],
  ['the same, the other way round', [link('e', 'd/x/..'), link('d/x', '..')], '"e", a link out'],
  ['links in a circle', [link('a', 'b'), link('b', 'a')], 'a link out'],
  ['a link without a target', [link('a', '')], 'without a target'],
  ['a file through a link', [link('a', 'b'), file('a/x')], 'through a link'],
  ['a file through a later link', [file('a/x'), link('a', 'b')], 'through a link'],
  ['a folder through a link', [link('a', 'b'), dir('a/x/')], 'through a link'],
  ['a file below a file', [file('a'), file('a/x')], 'through a link or a file'],
  ['a file in a link’s place', [link('a', 'b'), file('a')], '"a", a second time'],
  ['a folder in a link’s place', [link('a', 'b'), dir('a/')], '"a/", a second time'],
  ['one file twice, written otherwise', [file('a'), file('./a')], 'a second time'],
  ['a hard link', [file('a'), { path: 'b', flag: '1', target: 'a' }], 'neither a file'],
  ['a character device', [{ path: 'a', flag: '3' }], 'neither a file'],
  ['a block device', [{ path: 'a', flag: '4' }], 'neither a file'],
  ['a fifo', [{ path: 'a', flag: '6' }], 'neither a file'],
  ['a contiguous file', [file('a', { flag: '7' })], 'neither a file'],
  ['a sparse file', [file('a', { flag: 'S' })], 'neither a file'],
  ['a setuid file', [file('a', { mode: 0o4755 })], 'setuid'],
  ['a setgid folder', [{ path: 'a/', flag: '5', mode: 0o2755 }], 'setuid'],
  ['a sticky folder', [{ path: 'a/', flag: '5', mode: 0o1777 }], 'setuid'],
  ['a folder with content', [{ path: 'a/', flag: '5', content: 'x' }], 'yet with content'],
  ['a link with content', [{ ...link('a', 'b'), content: 'x' }], 'yet with content'],
  [
    'a global header, which tar applies to all that follows',
    [{ path: 'g', flag: 'g', content: paxRecord('path', '../x') }, file('a')],
    'headers before it',
  ],
  ['a name of GNU’s kind', [{ path: 'L', flag: 'L', content: '../x' }, file('a')], ''],
  ['a harmless name of that kind', [{ path: 'L', flag: 'L', content: 'b' }, file('a')], 'headers'],
  ['a size beside the size', [pax(['size', '0']), file('a')], 'headers before it'],
  ['two extended headers', [pax(['path', 'b']), pax(['path', 'c']), file('a')], 'headers'],
])('ARCHIVE_UNSAFE: %s', async (_what, entries, reason) => {
  const said = await judge(rawArchive(entries));
  expect(said).toMatch(/^ARCHIVE_UNSAFE: the archive of r /u);
  expect(said).toContain(reason);
});

it('ARCHIVE_UNSAFE: entries after what says that it is the end', async () => {
  const both = Buffer.concat([rawTar([file('a')]), rawTar([file('b')])]);
  expect(await judge(gzipSync(both))).toContain('"b", with headers before it');
});

it('ARCHIVE_UNSAFE: bombs, in bytes, in entries and in one header', async () => {
  expect(await judge(gzipSync(Buffer.alloc(2_000_000)))).toContain('larger than 1000000 bytes');
  const large = rawArchive([file('a', { content: Buffer.alloc(2_000_000) })]);
  expect(await judge(large)).toContain('larger than 1000000 bytes');
  const many = rawArchive(Array.from({ length: 11 }, (_, index) => file(String(index))));
  expect(await judge(many)).toContain('more than 10 entries');
  const header = { path: 'x', flag: 'x', content: Buffer.alloc(900_000) };
  expect(await judge(rawArchive([header, file('a')]))).toMatch(/^ARCHIVE_UNSAFE/u);
});

it('ARCHIVE_UNSAFE: bytes that are no archive, cut off or changed', async () => {
  const whole = rawTar([file('a', { content: 'x'.repeat(2_000) })]);
  const changed = Buffer.from(whole).fill('7', 100, 104);
  for (const bad of [
    Buffer.from('no archive'),
    Buffer.alloc(0),
    gzipSync(''),
    gzipSync('no archive either'),
    gzipSync(whole.subarray(0, 1_000)),
    gzipSync(whole).subarray(0, 60),
    gzipSync(changed),
  ]) {
    expect(await judge(bad)).toMatch(
      /^ARCHIVE_UNSAFE: the archive of r (is empty|cannot be read)/u,
    );
  }
});
