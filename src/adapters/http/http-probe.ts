import { connect as connectSocket } from 'node:net';
import { Client } from 'undici';
import type { HttpProbe, ProbeRequest, ProbeResponse } from '../../ports/http-probe.ts';
import { PortError } from '../../ports/port-error.ts';

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
      end(unreachable(place, `${place} does not accept a connection within ${timeoutMs} ms`));
    }, timeoutMs);
    socket.once('connect', () => end());
    socket.once('error', (error) => {
      end(unreachable(place, `${place} does not accept connections: ${reasonOf(error)}`, error));
    });
  });
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function methodOf(name: string): Method {
  const method = METHODS.find((each) => each === name.toUpperCase());
  if (method !== undefined) return method;
  throw new PortError(
    'invalid',
    name,
    `HTTP method ${name} is not known`,
    `Use one of ${METHODS.join(', ')}.`,
  );
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new PortError(
    'invalid',
    text,
    `${text} is not an http address`,
    'Write it as http://host:port/path.',
  );
}

function timedOut(request: ProbeRequest): PortError {
  const message = `${request.url} gave no answer within ${request.timeoutMs} ms`;
  return new PortError(
    'unavailable',
    request.url,
    message,
    'Look at what the service is doing, or allow it longer.',
  );
}

function notReached(url: string, error: unknown): Error {
  if (error instanceof PortError) return error;
  const refused = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (refused.includes(code)) return unreachable(url, `${url} cannot be reached: ${code}`, error);
  const message = `${url} broke off: ${reasonOf(error)}`;
  return new PortError('unavailable', url, message, 'Look at the output of the service.', {
    cause: error,
  });
}

function unreachable(subject: string, message: string, cause?: unknown): PortError {
  const remedy = 'Check that the service runs and listens at this address.';
  return new PortError('unreachable', subject, message, remedy, { cause });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
