import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import { assertSafeArchive } from '../../../src/adapters/archive/safe-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** @returns the file of the archive */
async function build(
  name: string,
  prepare: (context: string) => Promise<unknown> = async () => undefined,
  { include = ['src'], signal }: { include?: string[]; signal?: AbortSignal } = {},
) {
  const context = join(folder, name);
  await mkdir(join(context, 'src', 'deep'), { recursive: true });
  await writeFile(join(context, 'src', 'deep', 'b.js'), 'b'.repeat(1_000_000));
  await writeFile(join(context, 'src', 'run'), '#!/bin/sh\n');
  await writeFile(join(context, 'src', 'empty'), '');
  await chmod(join(context, 'src', 'run'), 0o755);
  await prepare(context);
  const { localReference } = await createArchiveBuilder({
    buildsFolder: join(folder, 'builds'),
  }).build({
    context,
    include,
    repository: 'r',
    tag: name,
    labels: {},
    ...(signal !== undefined && { signal }),
  });
  return join(folder, 'builds', `${localReference}.tar.gz`);
}

/** Path → link or content of all that is in a folder. */
async function treeOf(root: string): Promise<Record<string, string>> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const contents = found.map(async (each) => {
    const path = join(each.parentPath, each.name);
    const content = each.isSymbolicLink()
      ? `link to ${await readlink(path)}`
      : each.isFile()
        ? await readFile(path, 'utf8')
        : 'folder';
    return [relative(root, path), content] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
}

it('gives the same bytes for the same files, whatever their times', async () => {
  const link = (context: string) => symlink('deep/b.js', join(context, 'src', 'link'));
  const first = await build('one', link);
  const second = await build('two', async (context) => {
    await link(context);
    await utimes(join(context, 'src', 'run'), 1, 1);
    await chmod(join(context, 'src', 'deep', 'b.js'), 0o600);
  });
  const bytes = await readFile(first);
  expect((await readFile(second)).equals(bytes)).toBe(true);
  expect(bytes[9]).toBe(255);
  await assertSafeArchive('r', first);
});

it('is unpacked by tar as it was, with names that are long and in any script', async () => {
  const long = join('src', '目录', 'x'.repeat(200), `${'长'.repeat(80)}.txt`);
  const archive = await build('one', async (context) => {
    await mkdir(join(context, long, '..'), { recursive: true });
    await writeFile(join(context, long), 'long');
    await symlink(join('..', long), join(context, 'src', '链接'));
  });
  await assertSafeArchive('r', archive);
  const out = join(folder, 'out');
  await mkdir(out);
  execFileSync('tar', ['-xzof', archive, '-C', out]);
  expect(await treeOf(join(out, 'src'))).toEqual(await treeOf(join(folder, 'one', 'src')));
  const listed = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8', env: { TZ: 'UTC' } });
  expect(listed.split('\n')[0]).toMatch(/^drwxr-xr-x 0\/0 +0 1970-01-01 00:00 src\/$/u);
});

it.each(['../../outside', '/etc/passwd', 'deep/up/../../..'])(
  'refuses to pack a link to %s, and leaves no archive',
  async (target) => {
    const built = build('one', async (context) => {
      await symlink('..', join(context, 'src', 'deep', 'up'));
      await symlink(target, join(context, 'src', 'out'));
    });
    await expect(built).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^PATH_OUTSIDE_PROJECT/u),
    });
    expect(await readdir(folder)).not.toContain('builds');
  },
);

it('G9 leaves out what makes its context a work tree, and nothing else of that name', async () => {
  const plain = await build('one', undefined, { include: ['.'] });
  const inTree = await build(
    'two',
    (context) => writeFile(join(context, '.git'), 'gitdir: ../source.git\n'),
    { include: ['.'] },
  );
  expect((await readFile(inTree)).equals(await readFile(plain))).toBe(true);
  const deeper = await build('three', (context) => writeFile(join(context, 'src', '.git'), ''), {
    include: ['.'],
  });
  const listed = execFileSync('tar', ['-tzf', deeper], { encoding: 'utf8' });
  expect(listed.split('\n')).toContain('src/.git');
});

it('names what the build did not make', async () => {
  const built = build('one', undefined, { include: ['missing'] });
  await expect(built).rejects.toMatchObject({ kind: 'invalid', subject: 'missing' });
});

it('refuses a release that is too large to be unpacked before it reads any of it', async () => {
  const built = build('one', async (context) => {
    await writeFile(join(context, 'src', 'huge'), '');
    await truncate(join(context, 'src', 'huge'), 1024 ** 3);
  });
  await expect(built).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringMatching(/^TOO_LARGE/u),
  });
});

it('leaves nothing half-written where it was cancelled', async () => {
  const cancel = new AbortController();
  const built = build('one', async () => cancel.abort(new Error('cancelled')), {
    signal: cancel.signal,
  });
  await expect(built).rejects.toThrow('cancelled');
  expect(await readdir(folder)).not.toContain('builds');
});
