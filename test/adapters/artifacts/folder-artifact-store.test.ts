import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderArtifactStore } from '../../../src/adapters/artifacts/folder-artifact-store.ts';
import type { ArtifactArchive } from '../../../src/ports/artifact-store.ts';
import { artifactStoreContract } from '../../contracts/artifact-store.ts';
import { keptRunsContract } from '../../contracts/kept-runs.ts';

let folder = '';
let store: ArtifactArchive;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  store = createFolderArtifactStore(join(folder, 'runs'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

artifactStoreContract('folder', async () => createFolderArtifactStore(join(folder, 'runs')));
keptRunsContract('folder', async () => createFolderArtifactStore(join(folder, 'runs')));

describe('the artifact store in a folder', () => {
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
    expect(await store.ofEveryRun('file')).toEqual([]);
    expect(await store.ofEveryRun('folder/secret')).toEqual([]);
  });

  it('is readable by its owner only, in every folder and file', async () => {
    await store.write('run-1', 'logs/deep/a.log', 'x');
    const entries = await readdir(folder, { recursive: true });
    expect(entries).toHaveLength(6);
    for (const entry of entries) {
      expect([entry, (await stat(join(folder, entry))).mode & 0o077]).toEqual([entry, 0]);
    }
  });

  it('leaves nothing beside what it could not replace', async () => {
    await store.write('run-1', 'logs/a/b', 'x');
    await expect(store.write('run-1', 'logs/a', 'x')).rejects.toThrow(/EISDIR/);
    expect(await readdir(join(folder, 'runs/run-1/artifacts/logs'))).toEqual(['a']);
  });
});
