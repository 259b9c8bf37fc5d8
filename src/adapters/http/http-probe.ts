import { connect as connectSocket } from 'node:net';
import { Client } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { HttpProbe, ProbeRequest, ProbeResponse } from '../../ports/http-probe.ts';
import { PortError } from '../../ports/port-error.ts';
import { failure } from '../refusal.ts';

const MAXIMUM_BODY_BYTES = 64 * 1024;

/** Plain HTTP with a connection of its own for each request: no keep-alive, no retry, no redirect. */
export function createHttpProbe(): HttpProbe {
  return { request: sendRequest, connect: connectTo };
}

async function sendRequest(request: ProbeRequest): Promise<ProbeResponse> {
  const url = parseUrl(request.url);
  const limit = AbortSignal.timeout(Math.ceil(request.timeoutMs));
  const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
  // Limits of undici's own are coarse (about a second); the signal bounds everything.
  const client = new Client(url.origin, { pipelining: 0, headersTimeout: 0, bodyTimeout: 0 });
  const startedMs = performance.now();
  try {
    const answer = await client.request({
      method: methodOf(request.method),
      path: `${url.pathname}${url.search}`,
      headers: { ...request.headers },
      signal,
      reset: true,
    });
    const body = await readBounded(answer.body);
    const durationMs = performance.now() - startedMs;
    return { status: answer.statusCode, headers: flatten(answer.headers), body, durationMs };
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    throw limit.aborted ? timedOut(request) : notReached(request.url, error);
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

function notReached(url: string, error: unknown): Error {
  if (error instanceof PortError) return error;
  const named = { url, reason: reasonOf(error) };
  return failure(
    url,
    NOT_REACHED.includes(named.reason)
      ? diagnose('UNREACHABLE', 'requestNotReached', named)
      : diagnose('UNAVAILABLE', 'requestBroke', named),
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
