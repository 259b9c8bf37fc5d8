import { validateHeaderName, validateHeaderValue } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { Client } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { HttpProbe, ProbeRequest, ProbeResponse } from '../../ports/http-probe.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';
import { tlsOptions, tlsProblem } from './tls.ts';

const MAXIMUM_BODY_BYTES = 64 * 1024;

/**
 * HTTP and HTTPS with a connection of its own for each request: no keep-alive, no retry, no redirect.
 * @param folder that `ca` of a request is read from
 */
export function createHttpProbe(folder: string): HttpProbe {
  return { request: (request) => sendRequest(folder, request), connect: connectTo };
}

async function sendRequest(folder: string, request: ProbeRequest): Promise<ProbeResponse> {
  const url = parseUrl(request.url);
  const headers = checkedHeaders(request);
  const connect = url.protocol === 'https:' ? await tlsOptions(folder, request.tls) : {};
  const limit = AbortSignal.timeout(Math.ceil(request.timeoutMs));
  const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
  // Limits of undici's own are coarse (about a second); the signal bounds everything.
  const client = new Client(url.origin, {
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect,
  });
  const startedMs = performance.now();
  try {
    const answer = await client.request({
      method: methodOf(request.method),
      path: `${url.pathname}${url.search}`,
      headers,
      signal,
      reset: true,
    });
    const body = await readBounded(answer.body);
    const durationMs = performance.now() - startedMs;
    return { status: answer.statusCode, headers: flatten(answer.headers), body, durationMs };
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    throw limit.aborted ? timedOut(request) : notReached(request, error);
  } finally {
    await client.destroy();
  }
}

/** The first 64 KiB; whatever comes after is not read. */
async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAXIMUM_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAXIMUM_BODY_BYTES).toString('utf8');
}

function flatten(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}

function connectTo(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port });
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const place = `${host}:${port}`;
    const timer = setTimeout(() => {
      end(failure(place, diagnose('UNREACHABLE', 'connectLate', { place, ms: timeoutMs })));
    }, timeoutMs);
    socket.once('connect', () => end());
    socket.once('error', (error) => {
      const named = { place, reason: reasonOf(error) };
      end(failure(place, diagnose('UNREACHABLE', 'connectRefused', named), { cause: error }));
    });
  });
}

/** A secret may hold anything; that it holds a line end is said without it. */
function checkedHeaders({ url, headers = {} }: ProbeRequest): Record<string, string> {
  for (const [header, value] of Object.entries(headers)) {
    try {
      validateHeaderName(header);
      validateHeaderValue(header, value);
    } catch {
      throw failure(url, diagnose('INVALID', 'requestHeader', { header }));
    }
  }
  return { ...headers };
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function methodOf(name: string): Method {
  const method = METHODS.find((each) => each === name.toUpperCase());
  if (method !== undefined) return method;
  throw failure(name, diagnose('INVALID', 'requestMethod', { method: name, methods: METHODS }));
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw failure(text, diagnose('INVALID', 'requestAddress', { url: text }));
}

function timedOut({ url, timeoutMs }: ProbeRequest): PortError {
  return failure(url, diagnose('UNAVAILABLE', 'requestLate', { url, ms: timeoutMs }));
}

const NOT_REACHED = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];

function notReached({ url, tls }: ProbeRequest, error: unknown): Error {
  if (error instanceof PortError) return error;
  const reason = reasonOf(error);
  const named = { url, reason };
  if (NOT_REACHED.includes(reason))
    return failure(url, diagnose('UNREACHABLE', 'requestNotReached', named), { cause: error });
  const diagnostic = tlsProblem(url, tls, reason) ?? diagnose('UNAVAILABLE', 'requestBroke', named);
  return failure(url, diagnostic, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
