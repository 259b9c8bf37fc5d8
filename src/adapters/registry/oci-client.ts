/** The distribution protocol: manifests and blobs of one registry. */
import type { Dispatcher } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RegistryLogin, RegistryRight } from '../../ports/registry.ts';
import { failure, refusal } from '../refusal.ts';
import { createAuthorization } from './authorization.ts';
import { denied, notShown } from './denials.ts';
import {
  download,
  type FileBody,
  type HttpAnswer,
  type HttpRequest,
  REDIRECTS,
  send,
} from './http-client.ts';
import { ACCEPT, digestOf, isDigest } from './oci-manifest.ts';
import { redirected, uploadPlace } from './upload-place.ts';

export interface OciClientOptions {
  readonly url: string;
  readonly login?: () => Promise<RegistryLogin>;
  /** By which way requests leave; absent: directly. */
  readonly dispatcher?: Dispatcher | undefined;
  /** For one request; large content has longer. */
  readonly timeoutMs?: number;
}

export interface OciClient {
  readonly host: string;
  /** @throws PortError where it is no registry, or does not let us do this with the repository */
  mayUse(repository: string, right: RegistryRight): Promise<void>;
  /**
   * null: no such tag or digest. The digest is that of the bytes, not what the registry says.
   * @throws PortError `not-found` where our login is taken and the repository is not shown to it
   */
  manifest(repository: string, reference: string): Promise<Content | null>;
  /** A small blob, verified. null: not there */
  blob(repository: string, digest: string): Promise<Buffer | null>;
  /** Writes a blob to a file and verifies it. @returns false: not there */
  download(
    repository: string,
    digest: string,
    file: string,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** Uploads what the registry does not have yet. */
  upload(repository: string, blob: NewBlob, signal?: AbortSignal): Promise<void>;
  putManifest(
    repository: string,
    reference: string,
    mediaType: string,
    text: string,
  ): Promise<void>;
}

export interface NewBlob {
  readonly digest: string;
  readonly body: string | FileBody;
}

export interface Content {
  readonly digest: string;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;
/** Whether it is there does not matter: 404 is an answer to somebody who may read. */
const ANY_TAG = 'latest';
const CONTENT_TIMEOUT_MS = 900_000;
const MANIFEST_BYTES = 4 * 1024 * 1024;
const BLOB_BYTES = 8 * 1024 * 1024;
const ARCHIVE_BYTES = 1024 * 1024 * 1024;
/** Timed out there, or asked too often: as with 5xx, trying again may help. */
const TRANSIENT = new Set([408, 429]);

type Ask = Omit<HttpRequest, 'url' | 'timeoutMs' | 'maximumBytes'> & {
  readonly path: string | URL;
  readonly repository: string | null;
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
};

export function createOciClient(options: OciClientOptions): OciClient {
  const url = new URL(options.url);
  const authorization = createAuthorization({
    url,
    dispatcher: options.dispatcher,
    ...(options.login !== undefined && { login: options.login }),
  });

  /** Asks once, and once more with what a refusal asks for. */
  const withLogin = async <T extends HttpAnswer>(
    ask: Ask,
    exchange: (request: HttpRequest) => Promise<T>,
  ): Promise<Answered<T>> => {
    const target = new URL(ask.path, url);
    const scope = scopeOf(ask);
    const request = (header: string | null): HttpRequest => ({
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      maximumBytes: BLOB_BYTES,
      dispatcher: options.dispatcher,
      ...ask,
      url: target,
      headers: { ...ask.headers, ...(header !== null && { authorization: header }) },
    });
    const answered = (answer: T, header: string | null): Answered<T> => ({
      answer,
      loginTaken: options.login !== undefined && isTaken(answer, header),
    });
    const known = await authorization.known(scope);
    const first = await exchange(request(known));
    if (first.status !== 401) return answered(first, known);
    const header = await authorization.answer(scope, first.headers['www-authenticate']);
    return header === null
      ? answered(first, known)
      : answered(await exchange(request(header)), header);
  };
  const ask = async (wanted: Ask): Promise<HttpAnswer> =>
    checked(url, wanted, await withLogin(wanted, send));

  const found = async (wanted: Ask): Promise<HttpAnswer | null> => {
    const answer = await ask(wanted);
    return answer.status === 404 ? null : answer;
  };

  const beginUpload = async (repository: string) => {
    const asked = new URL(`/v2/${repository}/blobs/uploads/`, url);
    return { asked, begun: await ask({ method: 'POST', path: asked, repository }) };
  };

  return {
    host: url.host,
    async mayUse(repository, right) {
      const answer = await ask({ method: 'GET', path: '/v2/', repository: null });
      if (answer.status !== 200) throw noRegistry(url, answer.status);
      if (right === 'pull') {
        const path = `/v2/${repository}/manifests/${ANY_TAG}`;
        await ask({ method: 'HEAD', path, repository, headers: { accept: ACCEPT } });
        return;
      }
      const { asked, begun } = await beginUpload(repository);
      const place = uploadPlace(asked, begun.headers['location']);
      // Registries that cannot cancel forget what was begun.
      await withLogin({ method: 'DELETE', path: place, repository }, send).catch(() => undefined);
    },
    async manifest(repository, reference) {
      const answer = await found({
        method: 'GET',
        path: `/v2/${repository}/manifests/${reference}`,
        repository,
        headers: { accept: ACCEPT },
        maximumBytes: MANIFEST_BYTES,
      });
      if (answer === null) return null;
      const digest = digestOf(answer.body);
      if (isDigest(reference) && digest !== reference) throw tampered(url, reference);
      return { digest, text: answer.body.toString('utf8') };
    },
    async blob(repository, digest) {
      const path = `/v2/${repository}/blobs/${digest}`;
      const answer = await found({ method: 'GET', path, repository });
      if (answer !== null && digestOf(answer.body) !== digest) throw tampered(url, digest);
      return answer?.body ?? null;
    },
    async download(repository, digest, file, signal) {
      const wanted: Ask = {
        method: 'GET',
        path: `/v2/${repository}/blobs/${digest}`,
        repository,
        timeoutMs: options.timeoutMs ?? CONTENT_TIMEOUT_MS,
        maximumBytes: ARCHIVE_BYTES,
        ...(signal !== undefined && { signal }),
      };
      const answered = await withLogin(wanted, (request) => download(request, file));
      const answer = checked(url, wanted, answered);
      if (answer.status === 404) return false;
      if (answer.digest !== digest) throw tampered(url, digest);
      return true;
    },
    async upload(repository, { digest, body }, signal) {
      const path = `/v2/${repository}/blobs/${digest}`;
      if (await unlessHidden(found({ method: 'HEAD', path, repository }))) return;
      const { asked, begun } = await beginUpload(repository);
      const place = uploadPlace(asked, begun.headers['location']);
      place.searchParams.set('digest', digest);
      await ask({
        method: 'PUT',
        path: place,
        repository,
        headers: { 'content-type': 'application/octet-stream' },
        body,
        timeoutMs: options.timeoutMs ?? CONTENT_TIMEOUT_MS,
        ...(signal !== undefined && { signal }),
      });
    },
    async putManifest(repository, reference, mediaType, text) {
      const path = `/v2/${repository}/manifests/${reference}`;
      const headers = { 'content-type': mediaType };
      await ask({ method: 'PUT', path, repository, headers, body: text });
    },
  };
}

/** What a registry answers, and whether it took our login. */
interface Answered<T> {
  readonly answer: T;
  readonly loginTaken: boolean;
}

/** Tokens are given to who is known; by itself, 403 says that the user is and may not. */
function isTaken({ status }: HttpAnswer, header: string | null): boolean {
  return header?.startsWith('Bearer ') === true || (header !== null && status === 403);
}

/** A repository that is not there yet is not shown to anybody: the push decides. */
async function unlessHidden(found: Promise<HttpAnswer | null>): Promise<boolean> {
  try {
    return (await found) !== null;
  } catch (error) {
    if (error instanceof PortError && error.kind === 'not-found') return false;
    throw error;
  }
}

function noRegistry({ host, origin }: URL, status: number): PortError {
  return failure(host, diagnose('INVALID', 'registryNone', { registry: origin, status }));
}

function scopeOf({ repository, method }: Ask): string {
  if (repository === null) return '';
  const isRead = method === 'GET' || method === 'HEAD';
  return `repository:${repository}:${isRead ? 'pull' : 'pull,push'}`;
}

/** Success and 404 pass, where 404 can be an answer. @throws PortError otherwise */
function checked<T extends HttpAnswer>(
  url: URL,
  { method, path, repository }: Ask,
  { answer, loginTaken }: Answered<T>,
): T {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const what = `${method} ${path instanceof URL ? path.pathname : path}`;
  if (REDIRECTS.has(status)) throw redirected(new URL(path, url), answer.headers['location']);
  if (status === 404 && (method === 'GET' || method === 'HEAD')) return answer;
  const registry = url.origin;
  if (status >= 500 || TRANSIENT.has(status)) {
    const named = { registry, status, request: what };
    throw failure(url.host, diagnose('UNAVAILABLE', 'registryStatus', named));
  }
  const said = `${status}${saidBy(answer.body)}`;
  if (status === 401 || status === 403) {
    throw loginTaken && repository !== null
      ? notShown(url, { repository, said, isRead: method === 'GET' || method === 'HEAD' })
      : denied(url, repository, said);
  }
  const named = { registry, request: what, said };
  throw failure(url.host, diagnose('INVALID', 'registryRefuses', named));
}

/** The registry's own words, in front of which stands a colon. */
function saidBy(body: Buffer): string {
  const text = body.toString('utf8').replace(/\s+/gu, ' ').trim().slice(0, 300);
  return text === '' ? '' : `: ${text}`;
}

export function tampered(url: URL | string, reference: string): PortError {
  const host = url instanceof URL ? url.host : url;
  const named = { registry: host, reference };
  return refusal('invalid', host, diagnose('DIGEST_MISMATCH', 'worker', named));
}
