/** A plain folder as the source of several workers, each with a folder of its own. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFolderSource } from '../../../src/adapters/git/folder-source.ts';
import type { SourceRepository } from '../../../src/ports/source-repository.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-source-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function workerIn(name: string, path = 'src'): Promise<SourceRepository> {
  const projectFolder = join(folder, name);
  await mkdir(join(projectFolder, 'src'), { recursive: true });
  return createFolderSource({
    projectFolder,
    path,
    storeFolder: join(projectFolder, 'store'),
    checkoutsFolder: join(folder, `${name}-checkouts`),
  });
}

it('is read and checked out by another worker whose folder holds the same', async () => {
  const [one, other] = [await workerIn('one'), await workerIn('other')];
  await writeFile(join(folder, 'one/src/app.conf'), 'port = 1\n');
  await cp(join(folder, 'one/src'), join(folder, 'other/src'), { recursive: true });
  const { revision } = await one.resolve('v1');
  expect(await other.read(revision, 'app.conf')).toBe('port = 1\n');
  const checkout = await (await workerIn('other')).checkout(revision, 'run-1');
  expect(await readFile(join(checkout, 'app.conf'), 'utf8')).toBe('port = 1\n');
  // Once it has the copy, an edit of the folder changes nothing.
  await writeFile(join(folder, 'other/src/app.conf'), 'port = 2\n');
  expect(await other.read(revision, 'app.conf')).toBe('port = 1\n');
});

it('is refused by a worker whose folder holds something else, or that cannot tell which it was', async () => {
  const one = await workerIn('one');
  await writeFile(join(folder, 'one/src/app.conf'), 'port = 1\n');
  const { revision } = await one.resolve('v1');
  const other = await workerIn('other');
  await writeFile(join(folder, 'other/src/app.conf'), 'port = 2\n');
  const gone = { kind: 'not-found', message: expect.stringContaining('is not on this machine') };
  await expect(other.read(revision, 'app.conf')).rejects.toMatchObject(gone);
  await expect(other.checkout(revision, 'run-1')).rejects.toMatchObject(gone);
  const versions = await workerIn('third', '${version}');
  await expect(versions.files(revision)).rejects.toMatchObject(gone);
});
