import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digestOf, isDigest, readManifest } from '../adapters/registry/manifest.ts';

const MAXIMUM_BLOB_BYTES = 1024 * 1024 * 1024;
const MAXIMUM_MANIFEST_BYTES = 64 * 1024;
/** Longer than a client's own, so that the registry never closes a connection just as it is used. */
const KEEP_ALIVE_MS = 75_000;
const ROUTE =
  /^\/v2\/((?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*)\/(blobs|manifests)\/([^/]{1,128})$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

interface Target {
  readonly repository: string;
  readonly kind: 'blobs' | 'manifests';
  readonly reference: string;
}

/** An answer other than success; its message goes to the client. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * A content-addressed registry on 127.0.0.1: blobs and manifests by their sha256, tags as files.
 * @param options.port 0 or none: any free one
 */
export async function startRegistry(options: {
  readonly folder: string;
  readonly port?: number;
}): Promise<{ readonly url: string; close(): Promise<void> }> {
  await mkdir(join(options.folder, 'blobs'), { recursive: true });
  const server = createServer((request, response) => {
    answer(options.folder, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const status = error instanceof Refusal ? error.status : 500;
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
      response.end(error instanceof Refusal ? error.message : 'the registry failed');
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = targetOf(request.url ?? '');
  if (request.method === 'GET') return read(folder, target, response);
  if (request.method !== 'PUT') throw new Refusal(405, 'GET and PUT only');
  const digest =
    target.kind === 'blobs'
      ? await putBlob(folder, target, request)
      : await putManifest(folder, target, request);
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ digest }));
}

function targetOf(url: string): Target {
  const [, repository, kind, reference] = ROUTE.exec(decodeURI(url)) ?? [];
  if (repository === undefined || reference === undefined) throw new Refusal(404, 'no such path');
  if (kind !== 'blobs' && kind !== 'manifests') throw new Refusal(404, 'no such path');
  if (!isDigest(reference) && (kind === 'blobs' || !TAG.test(reference)))
    throw new Refusal(400, 'bad reference');
  return { repository, kind, reference };
}

async function read(folder: string, target: Target, response: ServerResponse): Promise<void> {
  const digest = isDigest(target.reference)
    ? target.reference
    : await readFile(tagFile(folder, target), 'utf8').catch(() => null);
  if (digest === null) throw new Refusal(404, 'no such tag');
  const file =
    target.kind === 'blobs'
      ? blobFile(folder, digest)
      : manifestFile(folder, target.repository, digest);
  const found = await stat(file).catch(() => null);
  if (found === null) throw new Refusal(404, 'no such content');
  response.writeHead(200, { 'content-length': found.size, 'docker-content-digest': digest });
  await pipeline(createReadStream(file), response);
}

async function putBlob(
  folder: string,
  { reference }: Target,
  request: IncomingMessage,
): Promise<string> {
  const file = blobFile(folder, reference);
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      request,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > MAXIMUM_BLOB_BYTES) throw new Refusal(413, 'TOO_LARGE');
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(beside, { flags: 'wx' }),
    );
    if (`sha256:${hash.digest('hex')}` !== reference)
      throw new Refusal(400, 'the content has another digest');
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  return reference;
}

async function putManifest(
  folder: string,
  target: Target,
  request: IncomingMessage,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAXIMUM_MANIFEST_BYTES) throw new Refusal(413, 'TOO_LARGE');
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks);
  const digest = digestOf(content);
  const manifest = readManifest(content.toString('utf8'));
  if (manifest === null) throw new Refusal(400, 'no manifest');
  if (isDigest(target.reference) && target.reference !== digest)
    throw new Refusal(400, 'another digest');
  const blob = await stat(blobFile(folder, manifest.archive.digest)).catch(() => null);
  if (blob?.size !== manifest.archive.sizeBytes)
    throw new Refusal(400, 'the archive was not uploaded');
  await writeWhole(manifestFile(folder, target.repository, digest), content);
  if (!isDigest(target.reference)) await writeWhole(tagFile(folder, target), digest);
  return digest;
}

async function writeWhole(file: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  await writeFile(beside, content);
  await rename(beside, file);
}

function blobFile(folder: string, digest: string): string {
  return join(folder, 'blobs', digest.slice('sha256:'.length));
}

function manifestFile(folder: string, repository: string, digest: string): string {
  return join(folder, 'repositories', repository, '_manifests', digest.slice('sha256:'.length));
}

function tagFile(folder: string, { repository, reference }: Target): string {
  return join(folder, 'repositories', repository, '_tags', reference);
}
