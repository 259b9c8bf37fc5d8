import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArchiveBuilder } from '../../../src/adapters/archive/archive-builder.ts';
import {
  type ArchiveRegistry,
  createOciRegistry,
} from '../../../src/adapters/registry/oci-registry.ts';
import { startRegistry } from '../../../src/embedded/registry-server.ts';

let folder: string;
let server: Awaited<ReturnType<typeof startRegistry>>;
let registry: ArchiveRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-registry-'));
  server = await startRegistry({ folder: join(folder, 'registry') });
  registry = createOciRegistry({ url: server.url, buildsFolder: join(folder, 'builds') });
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
  const image = {
    digest,
    labels: { a: '1', b: '2' },
    platforms: [],
    createdAtMs: null,
    sizeBytes: expect.any(Number),
  };
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
  const blob = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  expect(await readdir(blobs)).toContain(blob);
  await writeFile(join(blobs, blob), 'other');
  await expect(registry.fetch('team/app', digest, file)).rejects.toMatchObject({ kind: 'invalid' });
});

it('refuses an upload under another digest, and paths out of its folder', async () => {
  const zeros = `sha256:${'0'.repeat(64)}`;
  const begun = await fetch(`${server.url}/v2/app/blobs/uploads/`, { method: 'POST' });
  const place = `${server.url}${begun.headers.get('location')}`;
  const put = (url: string, body: string) => fetch(url, { method: 'PUT', body });
  expect((await put(`${place}?digest=${zeros}`, 'x')).status).toBe(400);
  expect((await put(`${place}?digest=${zeros}`, 'x')).status).toBe(404);
  expect(
    (await put(`${server.url}/v2/app/blobs/uploads/..%2f..%2fx?digest=${zeros}`, 'x')).status,
  ).toBe(404);
  expect((await fetch(`${server.url}/v2/app/manifests/..%2f..%2fx`)).status).toBe(400);
  expect((await fetch(`${server.url}/v2/app/manifests/-x`)).status).toBe(400);
  expect((await put(`${server.url}/v2/app/manifests/v1`, '{}')).status).toBe(400);
  expect(await readdir(join(folder, 'registry', 'blobs'))).toEqual([]);
  expect(await readdir(join(folder, 'registry', 'uploads'))).toEqual([]);
});

it('takes a blob in pieces, as engines send it, and mounts what it has', async () => {
  const uploads = `${server.url}/v2/app/blobs/uploads/`;
  const begun = await fetch(uploads, { method: 'POST' });
  const place = `${server.url}${begun.headers.get('location')}`;
  const patched = await fetch(place, { method: 'PATCH', body: 'hel' });
  expect([patched.status, patched.headers.get('range')]).toEqual([202, '0-2']);
  await fetch(place, { method: 'PATCH', body: 'lo' });
  const digest = `sha256:${createHash('sha256').update('hello').digest('hex')}`;
  expect((await fetch(`${place}?digest=${digest}`, { method: 'PUT' })).status).toBe(201);
  expect(await (await fetch(`${server.url}/v2/app/blobs/${digest}`)).text()).toBe('hello');
  expect((await fetch(`${uploads}?mount=${digest}&from=x`, { method: 'POST' })).status).toBe(201);
});

it('refuses a manifest of which a part is missing, and gives none of an earlier version', async () => {
  const { digest } = await push('one');
  const url = `${server.url}/v2/team/app/manifests`;
  const text = await (await fetch(`${url}/v1`)).text();
  const other = text.replace(/sha256:[0-9a-f]{64}/u, `sha256:${'0'.repeat(64)}`);
  expect((await fetch(`${url}/v2`, { method: 'PUT', body: other })).status).toBe(400);
  const kept = join(folder, 'registry', 'repositories', 'team/app', '_manifests', digest.slice(7));
  await writeFile(kept, '{"archive":{},"labels":{}}');
  expect(await registry.resolve('team/app', 'v1')).toBeNull();
});

it('is unavailable when it is gone', async () => {
  await server.close();
  await expect(registry.resolve('team/app', 'v1')).rejects.toMatchObject({ kind: 'unavailable' });
  server = await startRegistry({ folder: join(folder, 'registry') });
});
