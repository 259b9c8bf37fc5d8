/** Requests to a registry: bounded in time and size, redirected without giving credentials away. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure, refusal } from '../refusal.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FileBody;
  readonly timeoutMs: number;
  readonly maximumBytes: number;
  readonly signal?: AbortSignal;
  /** By which way requests leave; absent: directly. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** Sent in pieces, and read again each time. */
export interface FileBody {
  readonly file: string;
  readonly sizeBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Without a byte for so long, whatever is in flight is given up. */
const STALLED_MS = 60_000;
const MOST_REDIRECTS = 5;
/** Followed where nothing is written. */
export const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The whole answer in memory. @throws PortError `unavailable`, or TOO_LARGE */
export async function send(asked: HttpRequest): Promise<HttpAnswer> {
  return exchange(asked, async (answer) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > asked.maximumBytes) throw tooLarge(asked.url);
      chunks.push(chunk);
    }
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
  });
}

/** Writes the body to a file. @returns its digest; null: 404 */
export async function download(
  asked: HttpRequest,
  file: string,
): Promise<HttpAnswer & { readonly digest: string }> {
  return exchange(asked, async (answer) => {
    const hash = createHash('sha256');
    let bytes = 0;
    let handle: FileHandle | null = null;
    try {
      if (answer.statusCode === 200) handle = await open(file, 'w', 0o600);
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > asked.maximumBytes) throw tooLarge(asked.url);
        hash.update(chunk);
        await handle?.write(chunk);
      }
    } finally {
      await handle?.close();
    }
    const digest = `sha256:${hash.digest('hex')}`;
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.alloc(0), digest };
  });
}

async function exchange<T>(
  asked: HttpRequest,
  read: (answer: Dispatcher.ResponseData) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(asked.timeoutMs);
  const signal = asked.signal === undefined ? limit : AbortSignal.any([asked.signal, limit]);
  try {
    return await read(await follow(asked, signal));
  } catch (error) {
    asked.signal?.throwIfAborted();
    if (error instanceof PortError) throw error;
    const reason = limit.aborted ? lateBy(asked.timeoutMs) : reasonOf(error);
    throw silent(asked.url, reason, error);
  }
}

/** Where the registry keeps its bytes elsewhere: its credentials stay with it. */
async function follow(asked: HttpRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  let { url } = asked;
  let headers = { ...lengthOf(asked.body), ...asked.headers };
  for (let hops = 0; ; hops += 1) {
    const answer = await request(url, {
      method: asked.method,
      headers,
      signal,
      headersTimeout: STALLED_MS,
      bodyTimeout: STALLED_MS,
      ...(asked.body !== undefined && { body: bodyOf(asked.body) }),
      ...(asked.dispatcher !== undefined && { dispatcher: asked.dispatcher }),
    });
    const location = answer.headers['location'];
    const isRedirect = REDIRECTS.has(answer.statusCode) && typeof location === 'string';
    if (!isRedirect || (asked.method !== 'GET' && asked.method !== 'HEAD')) return answer;
    await answer.body.dump();
    if (hops === MOST_REDIRECTS) throw endless(asked.url);
    if (!URL.canParse(location, url.href)) throw noAddress(asked.url);
    const next = new URL(location, url);
    const isKept = next.protocol === url.protocol || next.protocol === 'https:';
    if (!isKept) throw downgraded(asked.url, next);
    if (next.origin !== url.origin) headers = without(headers, 'authorization');
    next.username = '';
    next.password = '';
    url = next;
  }
}

function bodyOf(body: string | FileBody): string | Readable {
  return typeof body === 'string' ? body : createReadStream(body.file);
}

/** Of a stream nobody else knows it. */
function lengthOf(body: HttpRequest['body']): Record<string, string> {
  return typeof body === 'object' ? { 'content-length': String(body.sizeBytes) } : {};
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key.toLowerCase() !== name));
}

function lateBy(ms: number): Localized {
  return { zh: `${ms} ms 内没有完整的应答`, en: `no whole answer within ${ms} ms` };
}

function silent({ host, origin }: URL, reason: Parameter, cause: unknown): PortError {
  const named = { registry: origin, reason };
  return failure(host, diagnose('UNAVAILABLE', 'registrySilent', named), { cause });
}

function endless({ host, origin }: URL): PortError {
  return failure(host, diagnose('UNAVAILABLE', 'registryEndless', { registry: origin }));
}

export function noAddress({ host, origin }: URL): PortError {
  return failure(host, diagnose('UNAVAILABLE', 'registryNoAddress', { registry: origin }));
}

export function downgraded(url: URL, next: URL): PortError {
  const named = {
    registry: url.origin,
    from: url.protocol.slice(0, -1),
    to: originOf(next),
  };
  return failure(url.host, diagnose('REFUSED', 'registryDowngraded', named));
}

/** Of what is neither http nor https there is none. */
function originOf({ origin, protocol }: URL): string {
  return origin === 'null' ? protocol : origin;
}

function tooLarge(url: URL): PortError {
  const named = { url: `${url.origin}${url.pathname}` };
  return refusal('invalid', url.host, diagnose('TOO_LARGE', 'registryAnswer', named));
}

/** Node hides what happened to the connection in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && cause.message !== '') return cause.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code : error.message;
}
