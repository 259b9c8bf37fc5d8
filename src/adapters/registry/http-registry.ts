import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PortError } from '../../ports/port-error.ts';
import type { Registry } from '../../ports/registry.ts';
import { readLocalImage, stringsOf } from './local-images.ts';
import { digestOf, isDigest, type Manifest, readManifest, writeManifest } from './manifest.ts';

/** A registry from which whole releases are fetched, as a server without an engine needs them. */
export interface ArchiveRegistry extends Registry {
  /**
   * Writes the archive of an image to a file; manifest and archive are verified against the digest.
   * @throws PortError `not-found`, or `invalid` where the registry sent other bytes
   */
  fetch(repository: string, digest: string, toFile: string, signal?: AbortSignal): Promise<void>;
}

export interface HttpRegistryOptions {
  readonly url: string;
  /** Where the archive builder leaves what it built. */
  readonly buildsFolder: string;
  readonly timeoutMs?: number;
}

/** For an archive; what is smaller is answered at once or not at all. */
const TIMEOUT_MS = 60_000;
const MANIFEST_TIMEOUT_MS = 10_000;
/** Timed out there, or asked too often: as with 5xx, trying again may help. */
const TRANSIENT = new Set([408, 429]);
const MAXIMUM_ARCHIVE_BYTES = 1024 * 1024 * 1024;

export function createHttpRegistry(options: HttpRegistryOptions): ArchiveRegistry {
  const call = caller(options);
  const manifestOf = async (
    repository: string,
    reference: string,
  ): Promise<{ digest: string; manifest: Manifest } | null> => {
    const answer = await call('GET', `${repository}/manifests/${reference}`);
    if (answer === null) return null;
    const digest = digestOf(answer);
    const manifest = readManifest(answer.toString('utf8'));
    if (manifest === null || (isDigest(reference) && digest !== reference))
      throw tampered(reference);
    return { digest, manifest };
  };
  return {
    async ping() {
      await call('GET', '');
    },
    async push(localReference, repository, tag) {
      const { archive, labels } = await readLocalImage(options.buildsFolder, localReference);
      const digest = digestOf(archive);
      await call('PUT', `${repository}/blobs/${digest}`, archive);
      const manifest = writeManifest({ archive: { digest, sizeBytes: archive.length }, labels });
      const answer = await call('PUT', `${repository}/manifests/${tag}`, Buffer.from(manifest));
      const answered = stringsOf(JSON.parse(answer?.toString('utf8') ?? '{}'))['digest'];
      if (answered !== digestOf(manifest)) throw tampered(`${repository}:${tag}`);
      return { digest: answered };
    },
    async resolve(repository, reference) {
      const found = await manifestOf(repository, reference);
      if (found === null) return null;
      const { labels, archive } = found.manifest;
      return { digest: found.digest, labels, sizeBytes: archive.sizeBytes };
    },
    async fetch(repository, digest, toFile, signal) {
      const found = isDigest(digest) ? await manifestOf(repository, digest) : null;
      if (found === null) throw notFound(repository, digest);
      const { archive } = found.manifest;
      if (archive.sizeBytes > MAXIMUM_ARCHIVE_BYTES) throw tampered(digest);
      const content = await call('GET', `${repository}/blobs/${archive.digest}`, undefined, signal);
      if (content === null) throw notFound(repository, archive.digest);
      if (digestOf(content) !== archive.digest) throw tampered(archive.digest);
      await mkdir(dirname(toFile), { recursive: true });
      await writeFile(toFile, content);
    },
  };
}

type Call = (
  method: 'GET' | 'PUT',
  path: string,
  body?: Buffer,
  signal?: AbortSignal,
) => Promise<Buffer | null>;

/** @returns asks the registry; null: 404 */
function caller({ url, timeoutMs }: HttpRegistryOptions): Call {
  return async (method, path, body, signal) => {
    const usualMs = path.includes('/manifests/') ? MANIFEST_TIMEOUT_MS : TIMEOUT_MS;
    const limit = AbortSignal.timeout(timeoutMs ?? usualMs);
    let response: Response;
    let content: Buffer;
    try {
      response = await fetch(new URL(`/v2/${path}`, url), {
        method,
        redirect: 'error',
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(body !== undefined && { body: new Uint8Array(body) }),
      });
      content = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      signal?.throwIfAborted();
      throw unavailable(url, `does not answer (${reasonOf(error)})`, error);
    }
    if (response.ok) return content;
    if (response.status === 404) return null;
    if (response.status >= 500 || TRANSIENT.has(response.status))
      throw unavailable(url, `answers ${response.status}`);
    throw new PortError(
      'invalid',
      path,
      `The registry ${url} refuses ${method} ${path}: ${response.status} ${content.toString('utf8').slice(0, 500)}.`,
      'Check image.repository in runsheet.yaml.',
    );
  };
}

function unavailable(url: string, what: string, cause?: unknown): PortError {
  return new PortError(
    'unavailable',
    url,
    `The registry ${url} ${what}.`,
    'Check that it runs and is reached from the worker.',
    { cause },
  );
}

/** fetch hides what happened to the connection in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function notFound(repository: string, digest: string): PortError {
  return new PortError(
    'not-found',
    digest,
    `The registry holds no ${repository}@${digest}.`,
    'Build and push it first.',
  );
}

function tampered(reference: string): PortError {
  return new PortError(
    'invalid',
    reference,
    `What the registry sent for ${reference} does not have that digest.`,
    'Check the registry; then build and push under a new version.',
  );
}
