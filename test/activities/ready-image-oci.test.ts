/** An image as CI pushes it, with no label of ours, in a registry that speaks the real protocol. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReadyImageActivities } from '../../src/activities/code/ready-image.ts';
import { createMemoryRecordStore } from '../../src/adapters/database/memory-record-store.ts';
import { createFakeContainerRuntime } from '../../src/adapters/fake/fake-container-runtime.ts';
import { createFakeServerHosts } from '../../src/adapters/fake/fake-server-hosts.ts';
import { FakeWorld } from '../../src/adapters/fake/fake-world.ts';
import { createOciClient, type OciClient } from '../../src/adapters/registry/oci-client.ts';
import { createOciRegistry } from '../../src/adapters/registry/oci-registry.ts';
import { startRegistry } from '../../src/embedded/registry-server.ts';
import { sampleRecord } from '../contracts/record-store.ts';
import { IMAGE_DEFAULTS } from '../support/default-settings.ts';
import {
  type CheckoutWorld,
  inputFor,
  makeCheckoutWorld,
  RUN,
  runActivity,
} from './support/checkout-world.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let folder: string;
let server: Awaited<ReturnType<typeof startRegistry>>;
let client: OciClient;
let world: CheckoutWorld;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ready-image-'));
  server = await startRegistry({ folder });
  client = createOciClient({ url: server.url });
  world = await makeCheckoutWorld({});
});
afterEach(async () => {
  await Promise.all([server.close(), world.remove()]);
  await rm(folder, { recursive: true, force: true });
});

/** What `docker build --push` leaves there. @returns the manifest */
async function pushed(tag: string, architecture: string, labels?: Record<string, string>) {
  const created = new Date(Date.now() - 3_600_000).toISOString();
  const config = JSON.stringify({ architecture, os: 'linux', created, config: { Labels: labels } });
  const layer = `layer for ${architecture}`;
  for (const body of [config, layer]) {
    await client.upload('team/hello', { digest: digestOf(body), body });
  }
  const part = (text: string) => ({ mediaType: 'x', size: text.length, digest: digestOf(text) });
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: part(config),
    layers: [part(layer)],
  };
  const text = JSON.stringify(manifest);
  await client.putManifest('team/hello', tag, MANIFEST, text);
  return text;
}

/** Two servers whose engines are for these platforms. */
function activitiesFor(...platforms: readonly string[]) {
  const names = platforms.map((_platform, index) => `app-${index + 1}`);
  const servers = new FakeWorld({ servers: names, releases: [] });
  for (const [index, name] of names.entries())
    servers.server(name).platform = platforms[index] ?? null;
  const records = createMemoryRecordStore();
  const activities = createReadyImageActivities({
    ...world.ports,
    records,
    folder: world.project,
    registry: createOciRegistry({ url: server.url, buildsFolder: folder }),
    hosts: createFakeServerHosts(servers),
    runtime: createFakeContainerRuntime(servers),
  });
  const run = async (name: keyof typeof activities) => {
    const image = {
      repository: 'team/hello',
      context: '.',
      include: [],
      kind: 'docker',
      ...IMAGE_DEFAULTS,
    } as const;
    const source = { revision: COMMIT, kind: 'git' } as const;
    const input = await inputFor(world, { image }, { servers: names, source });
    const { facts, image: pin } = await runActivity(activities[name], input);
    return { pin, facts: Object.fromEntries(facts.map(({ id, value }) => [id, value])) };
  };
  return { run, records };
}

const REVISION = { 'org.opencontainers.image.revision': COMMIT };

it('is found by its tag, with commit, age and platform', async () => {
  const manifest = await pushed('v2.1.0', 'amd64', REVISION);
  const { pin, facts } = await activitiesFor('linux/amd64').run('image.use');
  expect(pin?.digest).toBe(digestOf(manifest));
  expect(facts).toEqual({
    'image.tag': 'v2.1.0',
    'image.age': expect.any(Number),
    'image.commit_matches': true,
    'image.platform_fits': true,
  });
});

it('does not fit servers of another platform, and says nothing of a commit it does not name', async () => {
  await pushed('v2.1.0', 'amd64');
  const { facts } = await activitiesFor('linux/amd64', 'linux/arm64').run('image.use');
  expect(facts).toMatchObject({ 'image.platform_fits': false });
  expect(facts).not.toHaveProperty(['image.commit_matches']);
});

it('for several platforms is pinned by its index, and each of them is of the commit', async () => {
  const amd = await pushed('amd', 'amd64', REVISION);
  const entry = (text: string, architecture: string) => ({
    mediaType: MANIFEST,
    size: text.length,
    digest: digestOf(text),
    platform: { os: 'linux', architecture },
  });
  const put = async (arm: string) => {
    const manifests = [entry(amd, 'amd64'), entry(arm, 'arm64')];
    const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
    await client.putManifest('team/hello', 'v2.1.0', INDEX, index);
    return digestOf(index);
  };
  const both = activitiesFor('linux/amd64', 'linux/arm64');
  const index = await put(await pushed('arm', 'arm64', REVISION));
  const { pin, facts } = await both.run('image.use');
  expect(pin?.digest).toBe(index);
  expect(facts).toMatchObject({ 'image.platform_fits': true, 'image.commit_matches': true });

  const stale = { 'org.opencontainers.image.revision': 'f'.repeat(40) };
  await put(await pushed('arm', 'arm64', stale));
  expect((await both.run('image.use')).facts).toMatchObject({ 'image.commit_matches': false });
  const only = activitiesFor('linux/amd64');
  expect((await only.run('image.use')).facts).toMatchObject({ 'image.commit_matches': true });
});

it('is promoted by the digest that staging verified, wherever the tag is now', async () => {
  const digest = digestOf(await pushed('v2.1.0', 'amd64', REVISION));
  const { run, records } = activitiesFor('linux/amd64');
  await records.write(
    sampleRecord({
      service: RUN.service,
      environment: 'staging',
      version: RUN.version,
      revision: COMMIT,
      digest,
    }),
  );
  await pushed('v2.1.0', 'amd64', { rebuilt: 'yes' });
  const { pin, facts } = await run('image.promote');
  expect(pin?.digest).toBe(digest);
  expect(facts).toMatchObject({ 'image.verified': true, 'image.platform_fits': true });
});
