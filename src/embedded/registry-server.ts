import { mkdir, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isDigest } from '../adapters/registry/oci-manifest.ts';
import { isForeign } from './foreign.ts';
import { Refusal } from './registry/refusal.ts';
import { sendFile, sendText } from './registry/respond.ts';
import { blobFile, readManifestFile, writeManifestFile } from './registry/store.ts';
import { beginUpload, continueUpload, endUpload } from './registry/uploads.ts';

/** Longer than a client's own, so that the registry never closes a connection just as it is used. */
const KEEP_ALIVE_MS = 75_000;
const NAME = '(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const ROUTE = new RegExp(`^/v2/(${NAME})/(blobs|manifests)/([^/]{1,128})(?:/([^/]{0,64}))?$`, 'u');
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u;
const UPLOAD = /^[0-9a-f]{32}$/u;

interface Asked {
  readonly folder: string;
  readonly method: string;
  readonly repository: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * A content-addressed registry on 127.0.0.1 with the OCI distribution protocol: blobs and manifests by
 * their sha256, tags as files.
 * @param options.port 0 or absent: any free port
 */
export async function startRegistry(options: {
  readonly folder: string;
  readonly port?: number;
}): Promise<{ readonly url: string; close(): Promise<void> }> {
  await mkdir(join(options.folder, 'blobs'), { recursive: true });
  // What a killed process left unfinished.
  await rm(join(options.folder, 'uploads'), { recursive: true, force: true });
  const server = createServer((request, response) => {
    answer(options.folder, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const refusal =
        error instanceof Refusal ? error : new Refusal(500, 'UNKNOWN', 'internal error');
      response.setHeader('connection', 'close');
      const { code, message } = refusal;
      sendText(response, refusal.status, JSON.stringify({ errors: [{ code, message }] }));
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
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  if (isForeign(request.headers))
    throw new Refusal(403, 'DENIED', 'only programs of this machine are answered');
  const { method = 'GET', url = '' } = request;
  const [path = '', query = ''] = url.split('?');
  if (path === '/v2/' || path === '/v2') return sendText(response, 200, '{}');
  const [, repository, kind, reference = '', upload] = ROUTE.exec(decodeURI(path)) ?? [];
  if (repository === undefined) throw new Refusal(404, 'NAME_UNKNOWN', 'no such path');
  const asked = {
    folder,
    method,
    repository,
    query: new URLSearchParams(query),
    request,
    response,
  };
  if (kind === 'manifests' && upload === undefined) return answerManifest(asked, reference);
  if (kind !== 'blobs') throw new Refusal(404, 'NAME_UNKNOWN', 'no such path');
  if (reference === 'uploads') return answerUpload(asked, upload ?? '');
  return answerBlob(asked, reference);
}

async function answerBlob({ folder, method, response }: Asked, digest: string): Promise<void> {
  if (!isDigest(digest)) throw new Refusal(400, 'DIGEST_INVALID', 'invalid digest');
  if (method !== 'GET' && method !== 'HEAD') throw unsupported(method);
  const file = blobFile(folder, digest);
  const found = await stat(file).catch(() => null);
  if (found === null) throw new Refusal(404, 'BLOB_UNKNOWN', 'no such blob');
  const type = 'application/octet-stream';
  await sendFile(response, method, { file, digest, type, bytes: found.size });
}

async function answerManifest(asked: Asked, reference: string): Promise<void> {
  const { folder, method, repository, request, response } = asked;
  if (!isDigest(reference) && !TAG.test(reference)) {
    throw new Refusal(400, 'TAG_INVALID', 'invalid reference');
  }
  if (method === 'PUT') {
    const digest = await writeManifestFile(folder, repository, reference, request);
    response.setHeader('docker-content-digest', digest);
    response.setHeader('location', `/v2/${repository}/manifests/${digest}`);
    return sendText(response, 201, '');
  }
  if (method !== 'GET' && method !== 'HEAD') throw unsupported(method);
  const found = await readManifestFile(folder, repository, reference);
  if (found === null) throw new Refusal(404, 'MANIFEST_UNKNOWN', 'no such manifest');
  await sendFile(response, method, found);
}

async function answerUpload(asked: Asked, upload: string): Promise<void> {
  const { folder, method, repository, query, request, response } = asked;
  if (method === 'POST' && upload === '') {
    const mounted = query.get('mount') ?? '';
    if (isDigest(mounted) && (await stat(blobFile(folder, mounted)).catch(() => null)) !== null) {
      return created(response, repository, mounted);
    }
    const id = await beginUpload(folder);
    return accepted(response, repository, id, 0);
  }
  if (!UPLOAD.test(upload)) throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'no such upload');
  if (method === 'PATCH') {
    return accepted(response, repository, upload, await continueUpload(folder, upload, request));
  }
  if (method !== 'PUT') throw unsupported(method);
  const digest = query.get('digest') ?? '';
  if (!isDigest(digest)) throw new Refusal(400, 'DIGEST_INVALID', 'invalid digest');
  await endUpload(folder, upload, digest, request);
  return created(response, repository, digest);
}

function created(response: ServerResponse, repository: string, digest: string): void {
  response.setHeader('docker-content-digest', digest);
  response.setHeader('location', `/v2/${repository}/blobs/${digest}`);
  sendText(response, 201, '');
}

function accepted(response: ServerResponse, repository: string, id: string, bytes: number): void {
  response.setHeader('location', `/v2/${repository}/blobs/uploads/${id}`);
  response.setHeader('docker-upload-uuid', id);
  response.setHeader('range', `0-${Math.max(0, bytes - 1)}`);
  sendText(response, 202, '');
}

function unsupported(method: string): Refusal {
  return new Refusal(405, 'UNSUPPORTED', `${method} is not supported here`);
}
