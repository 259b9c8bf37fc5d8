import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { Registry, RegistryImage } from '../../ports/registry.ts';
import { failure, refusal } from '../refusal.ts';
import { readLocalImage } from './local-images.ts';
import { createOciClient, type OciClient, type OciClientOptions, tampered } from './oci-client.ts';
import {
  choosePlatform,
  digestOf,
  digestOfFile,
  type ImageManifest,
  isDigest,
  MEDIA,
  platformsIn,
  readImageConfig,
  readManifest,
  writeReleaseConfig,
  writeReleaseManifest,
} from './oci-manifest.ts';

/** A registry from which whole releases are fetched, as a server without an engine needs them. */
export interface ArchiveRegistry extends Registry {
  /**
   * Writes the archive of a release to a file; manifest and archive are verified against the digest.
   * @throws PortError `not-found`, or `invalid` where the registry sent other bytes
   */
  fetch(repository: string, digest: string, toFile: string, signal?: AbortSignal): Promise<void>;
}

export interface OciRegistryOptions extends OciClientOptions {
  /** Where the archive builder leaves what it built. */
  readonly buildsFolder: string;
  /** `host[:port]` by which servers pull; absent: as the worker does. */
  readonly pullHost?: string;
}

/** Of an image for several platforms, the one whose labels are read where nobody says another. */
const PLATFORM = 'linux/amd64';
/** Names of images call it otherwise. */
const HUB = /^(?:index|registry-1)\.docker\.io$/u;

/** Releases that run as processes, in any OCI registry: as artifacts with their labels. */
export function createOciRegistry(options: OciRegistryOptions): ArchiveRegistry {
  const client = createOciClient(options);
  return {
    ...createImageResolver(client, options.pullHost),
    async push(localReference, repository, tag, { signal, onProgress } = {}) {
      const { archive, labels } = await readLocalImage(options.buildsFolder, localReference);
      const config = writeReleaseConfig(labels);
      const digest = await digestOfFile(archive);
      const sizeBytes = (await stat(archive)).size;
      onProgress?.(`${sizeBytes} bytes to ${client.host}`);
      await client.upload(repository, { digest, body: { file: archive, sizeBytes } }, signal);
      await client.upload(repository, { digest: digestOf(config), body: config }, signal);
      const manifest = writeReleaseManifest(config, { digest, sizeBytes });
      await client.putManifest(repository, tag, MEDIA.manifest, manifest);
      const answered = await client.manifest(repository, tag);
      if (answered?.digest !== digestOf(manifest))
        throw tampered(client.host, `${repository}:${tag}`);
      return { digest: answered.digest };
    },
    async fetch(repository, digest, toFile, signal) {
      const archive = await archiveOf(client, repository, digest);
      await mkdir(dirname(toFile), { recursive: true });
      const beside = `${toFile}.part`;
      try {
        if (!(await client.download(repository, archive, beside, signal))) {
          throw notFound(client, repository, archive);
        }
        await rename(beside, toFile);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    },
  };
}

/** What the registry holds, read back: for releases and for container images alike. */
export function createImageResolver(
  client: OciClient,
  pullHost = client.host,
): Pick<Registry, 'hosts' | 'mayUse' | 'resolve'> {
  const hosts = [client.host, pullHost].flatMap((host) =>
    HUB.test(host) ? [host, 'docker.io'] : host,
  );
  return {
    hosts: [...new Set(hosts)],
    mayUse: (repository, right) => client.mayUse(repository, right),
    async resolve(repository, reference, platform = PLATFORM) {
      const found = await client.manifest(repository, reference);
      if (found === null) return null;
      const named = readManifest(found.text);
      const manifest = await imageOf(client, repository, named, platform);
      if (manifest === null) throw unreadable(client, repository, reference);
      const image = await describe(client, repository, found.digest, manifest);
      return named?.kind === 'index' ? { ...image, platforms: platformsIn(named) } : image;
    },
  };
}

async function describe(
  client: OciClient,
  repository: string,
  digest: string,
  { config, layers, annotations }: ImageManifest,
): Promise<RegistryImage> {
  const content = await client.blob(repository, config.digest);
  if (content === null) throw notFound(client, repository, config.digest);
  const { labels, platform, createdAtMs } = readImageConfig(content.toString('utf8'));
  return {
    digest,
    labels: { ...annotations, ...labels },
    platforms: platform === null ? [] : [platform],
    createdAtMs,
    sizeBytes: layers.reduce((sum, { size }) => sum + size, 0),
  };
}

/** An index is followed once, to the image of the platform. */
async function imageOf(
  client: OciClient,
  repository: string,
  manifest: ReturnType<typeof readManifest>,
  platform: string,
): Promise<ImageManifest | null> {
  if (manifest?.kind !== 'index') return manifest;
  const chosen = choosePlatform(manifest, platform);
  const found = chosen === null ? null : await client.manifest(repository, chosen.digest);
  const image = found === null ? null : readManifest(found.text);
  return image?.kind === 'image' ? image : null;
}

async function archiveOf(client: OciClient, repository: string, digest: string): Promise<string> {
  const found = isDigest(digest) ? await client.manifest(repository, digest) : null;
  if (found === null) throw notFound(client, repository, digest);
  const manifest = readManifest(found.text);
  const [archive, ...others] = manifest?.kind === 'image' ? manifest.layers : [];
  if (archive?.mediaType !== MEDIA.releaseArchive || others.length > 0) {
    throw unreadable(client, repository, digest);
  }
  return archive.digest;
}

function notFound({ host }: OciClient, repository: string, digest: string): PortError {
  const named = { image: `${host}/${repository}@${digest}` };
  return refusal('not-found', host, diagnose('IMAGE_MISSING', 'worker', named));
}

function unreadable({ host }: OciClient, repository: string, reference: string): PortError {
  const named = { registry: host, repository, reference };
  return failure(host, diagnose('INVALID', 'registryUnreadable', named));
}
