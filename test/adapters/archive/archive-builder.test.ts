import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import { assertSafeArchive } from '../../../src/adapters/archive/safe-archive.ts';
import { type TarEntry, writeTar } from '../../../src/adapters/archive/tar.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function build(name: string, prepare: (context: string) => Promise<void>, include = ['src']) {
  const context = join(folder, name);
  await mkdir(join(context, 'src', 'deep'), { recursive: true });
  await writeFile(join(context, 'src', 'deep', 'b.js'), 'b');
  await writeFile(join(context, 'src', 'run'), '#!/bin/sh\n');
  await chmod(join(context, 'src', 'run'), 0o755);
  await prepare(context);
  const builder = createArchiveBuilder({ buildsFolder: join(folder, 'builds') });
  const { localReference } = await builder.build({
    context,
    include,
    repository: 'r',
    tag: name,
    labels: {},
  });
  return readFile(join(folder, 'builds', `${localReference}.tar.gz`));
}

it('gives the same bytes for the same files, whatever their times', async () => {
  const first = await build('one', () => symlink('deep/b.js', join(folder, 'one', 'src', 'link')));
  const second = await build('two', async (context) => {
    await symlink('deep/b.js', join(context, 'src', 'link'));
    await utimes(join(context, 'src', 'run'), 1, 1);
    await chmod(join(context, 'src', 'deep', 'b.js'), 0o600);
  });
  expect(second.equals(first)).toBe(true);
  await assertSafeArchive('r', first);
});

it('is read by tar', async () => {
  const archive = await build('one', async () => undefined);
  const listed = execFileSync('tar', ['-tzf', '-'], { input: archive, encoding: 'utf8' });
  expect(listed.trim().split('\n')).toEqual(['src/', 'src/deep/', 'src/deep/b.js', 'src/run']);
});

it.each(['../../outside', '/etc/passwd'])('refuses to pack a link to %s', async (target) => {
  const built = build('one', (context) => symlink(target, join(context, 'src', 'out')));
  await expect(built).rejects.toMatchObject({ kind: 'refused' });
});

it('names what the build did not make', async () => {
  const built = build('one', async () => undefined, ['missing']);
  await expect(built).rejects.toMatchObject({ kind: 'invalid', subject: 'missing' });
});

const file = (path: string, changes: Partial<TarEntry> = {}): TarEntry => ({
  path,
  type: 'file',
  mode: 0o644,
  content: Buffer.from('x'),
  target: '',
  ...changes,
});
const link = (path: string, target: string) => file(path, { type: 'link', target });

it.each<[string, TarEntry[]]>([
  ['a path above', [file('../x')]],
  ['a path above, further in', [file('a/../../x')]],
  ['an absolute path', [file('/etc/x')]],
  ['a link out', [link('a', '../../etc')]],
  ['an absolute link', [link('a', '/etc')]],
  ['a path through a link', [link('a', 'b'), file('a/x')]],
])('ARCHIVE_UNSAFE: %s', async (_name, entries) => {
  const refused = assertSafeArchive('r', gzipSync(writeTar(entries)));
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(/^ARCHIVE_UNSAFE/),
  });
});

it('ARCHIVE_UNSAFE: devices, hard links, bombs and bytes that are no archive', async () => {
  const device = writeTar([file('x', { content: Buffer.alloc(0) })]);
  const limits = { unpackedBytes: 1_000_000, entries: 10 };
  for (const flag of ['1', '3', '4', '6', 'x', 'L']) {
    const changed = Buffer.from(device);
    const sum = Number.parseInt(changed.subarray(148, 154).toString(), 8) + flag.charCodeAt(0) - 48;
    changed.write(flag, 156);
    changed.write(sum.toString(8).padStart(6, '0'), 148);
    await expect(assertSafeArchive('r', gzipSync(changed), limits)).rejects.toThrow(
      'ARCHIVE_UNSAFE',
    );
  }
  const many = gzipSync(writeTar(Array.from({ length: 11 }, (_, i) => file(String(i)))));
  for (const bad of [gzipSync(Buffer.alloc(2_000_000)), many, Buffer.from('no archive')]) {
    await expect(assertSafeArchive('r', bad, limits)).rejects.toThrow('ARCHIVE_UNSAFE');
  }
});
