import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskArtifactStore } from '../../../src/adapters/artifacts/disk-artifact-store.ts';
import type { ArtifactStore } from '../../../src/ports/artifact-store.ts';

let folder = '';
let store: ArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  store = createDiskArtifactStore(join(folder, 'runs'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the artifact store on disk', () => {
  it('gives back what was written, by reference, in folders too', async () => {
    const reference = await store.write('run-1', 'tests/junit.xml', '<testsuites/>');
    expect(reference).toBe('artifact:run-1/tests/junit.xml');
    expect((await store.read(reference))?.toString('utf8')).toBe('<testsuites/>');
    await store.write('run-1', 'tests/junit.xml', Buffer.from('later'));
    expect((await store.read(reference))?.toString('utf8')).toBe('later');
    expect(await store.read('artifact:run-1/tests/none.xml')).toBeNull();
    expect(await store.read('artifact:run-2/tests/junit.xml')).toBeNull();
  });

  it('names one folder a run', async () => {
    expect(await store.folder('run-1')).toBe(join(folder, 'runs', 'run-1'));
  });

  it.each(['../out', 'a/../../out', '/etc/passwd', 'a\0b', '..'])(
    'refuses the name %j',
    async (name) => {
      await expect(store.write('run-1', name, 'x')).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
      await expect(store.read(`artifact:run-1/${name}`)).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    },
  );

  it.each(['..', '../run-1', '', '.hidden', 'a/b'])('refuses the run %j', async (requestId) => {
    await expect(store.write(requestId, 'x', 'x')).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    await expect(store.folder(requestId)).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
  });

  it('refuses links that lead out, to a file or by a folder, dangling ones too', async () => {
    const artifacts = join(folder, 'runs', 'run-1', 'artifacts');
    await mkdir(artifacts, { recursive: true });
    await writeFile(join(folder, 'secret'), 'before');
    await symlink(join(folder, 'secret'), join(artifacts, 'file'));
    await symlink(folder, join(artifacts, 'folder'));
    await symlink(join(folder, 'new'), join(artifacts, 'dangling'));
    for (const name of ['file', 'folder/secret', 'folder/deep/new', 'dangling']) {
      await expect(store.write('run-1', name, 'after')).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
      await expect(store.read(`artifact:run-1/${name}`)).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/);
    }
    expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('before');
  });

  it('refuses what is no reference', async () => {
    await expect(store.read('file:///etc/passwd')).rejects.toMatchObject({ kind: 'invalid' });
  });
});
