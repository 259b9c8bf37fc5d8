import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import {
  type ArchiveRegistry,
  createHttpRegistry,
} from '../../../src/adapters/registry/http-registry.ts';
import { startRegistry } from '../../../src/embedded/registry-server.ts';

let folder: string;
let server: Awaited<ReturnType<typeof startRegistry>>;
let registry: ArchiveRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-registry-'));
  server = await startRegistry({ folder: join(folder, 'registry') });
  registry = createHttpRegistry({ url: server.url, buildsFolder: join(folder, 'builds') });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function push(
  content: string,
  tag = 'v1',
  labels: Record<string, string> = { b: '2', a: '1' },
) {
  const context = join(folder, 'context');
  await mkdir(context, { recursive: true });
  await writeFile(join(context, 'app.js'), content);
  const builder = createArchiveBuilder({ buildsFolder: join(folder, 'builds') });
  const built = await builder.build({ context, include: [], repository: 'team/app', tag, labels });
  return registry.push(built.localReference, 'team/app', tag);
}

it('answers to tag and digest with the same image, labels included', async () => {
  const { digest } = await push('one');
  const image = { digest, labels: { a: '1', b: '2' } };
  expect(await registry.resolve('team/app', 'v1')).toEqual(image);
  expect(await registry.resolve('team/app', digest)).toEqual(image);
  expect((await push('one', 'v1', { a: '1', b: '2' })).digest).toBe(digest);
});

it('has null for what it does not hold, and not-found for what was not built', async () => {
  expect(await registry.resolve('team/app', 'v9')).toBeNull();
  expect(await registry.resolve('team/app', `sha256:${'0'.repeat(64)}`)).toBeNull();
  await expect(registry.push('team/app/v9', 'team/app', 'v9')).rejects.toMatchObject({
    kind: 'not-found',
  });
});

it('keeps the former image when a tag is moved', async () => {
  const former = await push('one');
  const later = await push('two');
  expect((await registry.resolve('team/app', 'v1'))?.digest).toBe(later.digest);
  expect((await registry.resolve('team/app', former.digest))?.digest).toBe(former.digest);
});

it('notices an archive that was changed on the registry', async () => {
  const { digest } = await push('one');
  const file = join(folder, 'fetched.tar.gz');
  await registry.fetch('team/app', digest, file);
  const blobs = join(folder, 'registry', 'blobs');
  const [blob = ''] = await readdir(blobs);
  expect(
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  ).toBe(blob);
  await writeFile(join(blobs, blob), 'other');
  await expect(registry.fetch('team/app', digest, file)).rejects.toMatchObject({ kind: 'invalid' });
});

it('refuses an upload under another digest, and paths out of its folder', async () => {
  const wrong = `${server.url}/v2/app/blobs/sha256:${'0'.repeat(64)}`;
  expect((await fetch(wrong, { method: 'PUT', body: 'x' })).status).toBe(400);
  expect((await fetch(`${server.url}/v2/app/manifests/..%2f..%2fx`)).status).toBe(400);
  expect(
    (await fetch(`${server.url}/v2/app/manifests/v1`, { method: 'PUT', body: '{}' })).status,
  ).toBe(400);
  expect(await readdir(join(folder, 'registry', 'blobs'))).toEqual([]);
});

it('is unavailable when it is gone', async () => {
  await server.close();
  await expect(registry.resolve('team/app', 'v1')).rejects.toMatchObject({ kind: 'unavailable' });
  server = await startRegistry({ folder: join(folder, 'registry') });
});
