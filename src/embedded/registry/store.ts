/** The embedded registry's files: blobs shared by all repositories, manifests and tags by repository. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import {
  digestOf,
  type ImageIndex,
  type ImageManifest,
  isDigest,
  MEDIA,
  readManifest,
} from '../../adapters/registry/oci-manifest.ts';
import { Refusal } from './refusal.ts';
import type { SentFile } from './respond.ts';

const MAXIMUM_MANIFEST_BYTES = 4 * 1024 * 1024;

export function blobFile(folder: string, digest: string): string {
  return join(folder, 'blobs', digest.slice('sha256:'.length));
}

/** null: no such tag or digest, or one written by an earlier version. */
export async function readManifestFile(
  folder: string,
  repository: string,
  reference: string,
): Promise<SentFile | null> {
  const digest = isDigest(reference)
    ? reference
    : await readFile(tagFile(folder, repository, reference), 'utf8').catch(() => null);
  if (digest === null) return null;
  const file = manifestFile(folder, repository, digest);
  const text = await readFile(file, 'utf8').catch(() => '');
  if (readManifest(text) === null) return null;
  return { file, digest, type: mediaTypeOf(text), bytes: Buffer.byteLength(text) };
}

/** Stores a manifest once all its parts are there. @returns its digest */
export async function writeManifestFile(
  folder: string,
  repository: string,
  reference: string,
  request: IncomingMessage,
): Promise<string> {
  const content = await readBody(request);
  const digest = digestOf(content);
  const manifest = readManifest(content.toString('utf8'));
  if (manifest === null) throw new Refusal(400, 'MANIFEST_INVALID', 'not a manifest');
  if (isDigest(reference) && reference !== digest) {
    throw new Refusal(400, 'DIGEST_INVALID', 'the content has another digest');
  }
  await assertComplete(folder, repository, manifest);
  await writeWhole(manifestFile(folder, repository, digest), content);
  if (!isDigest(reference)) await writeWhole(tagFile(folder, repository, reference), digest);
  return digest;
}

async function assertComplete(
  folder: string,
  repository: string,
  manifest: ImageManifest | ImageIndex,
): Promise<void> {
  if (manifest.kind === 'index') {
    for (const { digest } of manifest.manifests) {
      const found = await stat(manifestFile(folder, repository, digest)).catch(() => null);
      if (found === null) throw new Refusal(400, 'MANIFEST_UNKNOWN', `${digest} was not pushed`);
    }
    return;
  }
  for (const { digest, size } of [manifest.config, ...manifest.layers]) {
    const found = await stat(blobFile(folder, digest)).catch(() => null);
    if (found?.size !== size) {
      throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', `${digest} was not uploaded`);
    }
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAXIMUM_MANIFEST_BYTES) throw new Refusal(413, 'SIZE_INVALID', 'TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function mediaTypeOf(text: string): string {
  const value: unknown = JSON.parse(text);
  const named = typeof value === 'object' && value !== null ? Reflect.get(value, 'mediaType') : '';
  return typeof named === 'string' && named !== '' ? named : MEDIA.manifest;
}

async function writeWhole(file: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  await writeFile(beside, content);
  await rename(beside, file);
}

function manifestFile(folder: string, repository: string, digest: string): string {
  return join(folder, 'repositories', repository, '_manifests', digest.slice('sha256:'.length));
}

function tagFile(folder: string, repository: string, tag: string): string {
  return join(folder, 'repositories', repository, '_tags', tag);
}
