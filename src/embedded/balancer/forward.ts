import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { addLatency, type Member, NoServerError, type Pool } from './pool.ts';

const CONNECT_LIMIT_MS = 1_000;
/** A server that is silent for this long has failed the request. */
const SILENCE_LIMIT_MS = 120_000;
/** How many times one request may be sent to a server. */
const MAXIMUM_ATTEMPTS = 20;
/** Safe to repeat even if a server received it (RFC 9110, 9.2.1). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The outcome of one attempt. */
type Attempt = 'answered' | 'not-sent' | 'no-answer';

/**
 * Sends one request to a server of the pool and passes its answer on. If a server refuses the connection,
 * another is tried; if a server received the request but gave no answer, it is repeated only if the method
 * is safe and there is no body.
 * @param tls how the servers are trusted where they speak HTTPS; null: they speak HTTP
 */
export async function forward(
  pool: Pool,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  tls: ConnectionOptions | null,
): Promise<void> {
  const startedMs = performance.now();
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    for (let attempt = 1; attempt <= MAXIMUM_ATTEMPTS && !gone.signal.aborted; attempt += 1) {
      const member = await pool.take(startedMs, gone.signal);
      const result = await attemptOnce(pool, member, incoming, outgoing, tls, gone.signal);
      if (result === 'answered' || outgoing.headersSent) return;
      if (
        result === 'no-answer' &&
        !(SAFE_METHODS.has(incoming.method ?? '') && hasNoBody(incoming.headers))
      ) {
        refuse(outgoing, 502, `no answer from ${member.name}`);
        return;
      }
    }
    refuse(outgoing, 502, 'no answer from any server');
  } catch (error) {
    if (!(error instanceof NoServerError)) throw error;
    refuse(outgoing, 503, error.message);
  }
}

async function attemptOnce(
  pool: Pool,
  member: Member,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  tls: ConnectionOptions | null,
  gone: AbortSignal,
): Promise<Attempt> {
  // Counted from here on, so that a drain that begins now waits for it.
  member.active += 1;
  try {
    const socket = await connectTo(member, tls);
    if (socket === null) {
      pool.setHealthy(member, false);
      return 'not-sent';
    }
    member.requests += 1;
    const result = await exchange(member, socket, incoming, outgoing, gone);
    if (result === 'no-answer' && !gone.aborted) member.errors += 1;
    return result;
  } finally {
    member.active -= 1;
  }
}

function connectTo({ host, port }: Member, tls: ConnectionOptions | null): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket =
      tls === null
        ? connect({ host, port, noDelay: true })
        : connectTls({ ...tls, host, port }).setNoDelay(true);
    const failed = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(null);
    };
    const timer = setTimeout(failed, CONNECT_LIMIT_MS);
    socket.once('error', failed);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

/** Settles when the answer has been sent in full, or cannot be. */
function exchange(
  member: Member,
  socket: Socket,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<Attempt> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    // A new connection for each request: a kept one may be closed just as it is used again.
    const upstream = request({
      createConnection: () => socket,
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: requestHeaders(incoming),
    });
    const settle = (attempt: Attempt): void => {
      gone.removeEventListener('abort', abandon);
      resolve(attempt);
    };
    const abandon = (): void => {
      upstream.destroy();
      settle('no-answer');
    };
    gone.addEventListener('abort', abandon, { once: true });
    upstream.setTimeout(SILENCE_LIMIT_MS, () => upstream.destroy(new Error('no answer')));
    upstream.on('error', () => settle('no-answer'));
    upstream.on('response', (answer) => {
      addLatency(member, performance.now() - startedMs);
      if ((answer.statusCode ?? 0) >= 500) member.errors += 1;
      outgoing.writeHead(answer.statusCode ?? 502, answerHeaders(answer, incoming, member));
      answer.pipe(outgoing);
      // Half an answer must not look complete.
      answer.once('error', () => {
        if (!gone.aborted) member.errors += 1;
        outgoing.destroy();
      });
      outgoing.once('finish', () => settle('answered'));
    });
    incoming.pipe(upstream);
  });
}

function requestHeaders(incoming: IncomingMessage): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (!HOP_BY_HOP.has(name)) headers[name] = value;
  }
  if (incoming.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
  headers['x-forwarded-for'] = incoming.socket.remoteAddress;
  headers['x-forwarded-proto'] = 'http';
  headers.connection = 'close';
  return headers;
}

function answerHeaders(
  answer: IncomingMessage,
  incoming: IncomingMessage,
  member: Member,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && name !== 'x-runsheet-server')
      headers[name] = value;
  }
  if (incoming.headers['x-runsheet-probe'] === '1') headers['x-runsheet-server'] = member.name;
  return headers;
}

function hasNoBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

function refuse(outgoing: ServerResponse, status: number, reason: string): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' });
  outgoing.end(`${reason}\n`);
}
