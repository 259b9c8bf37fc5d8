/** `/livez` and `/readyz`: for whoever starts this process again, or waits for it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { notBound } from './runtime.ts';

export interface ProjectHealth {
  readonly service: string;
  readonly taskQueue: string;
  /** It takes work, and the Temporal server has seen it ask within the last minute. */
  readonly ready: boolean;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Of a poller that no answer comes for: not ready. */
const LIMIT_MS = 2_000;

/**
 * Alive is who answers; ready is who has every one of its projects ready. Plain text, or JSON for who
 * accepts that.
 * @param address `127.0.0.1:8086` @throws WorkerStartError where it cannot listen there
 */
export async function serveHealth(
  address: string,
  projects: () => Promise<readonly ProjectHealth[]>,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request, response, projects).catch(() => response.destroy());
  });
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/gu, '');
  await listening(server, host, Number(address.slice(at + 1))).catch((error: Error) => {
    throw notBound('health', address, error);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  projects: () => Promise<readonly ProjectHealth[]>,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const asJson = (request.headers.accept ?? '').includes('application/json');
  const said = (status: number, text: string, value: object): void => {
    const type = asJson ? 'application/json' : 'text/plain; charset=utf-8';
    const headers = { 'content-type': type, 'cache-control': 'no-store' };
    response.writeHead(status, headers).end(asJson ? JSON.stringify(value) : `${text}\n`);
  };
  if (path === '/livez') return said(200, 'ok', { status: 'ok' });
  if (path !== '/readyz') return said(404, 'not found', { status: 'not found' });
  const all = await within(projects());
  const ready = all !== null && all.length > 0 && all.every((each) => each.ready);
  const lines = (all ?? []).map(
    ({ service, taskQueue, ready: is }) => `${service} (${taskQueue}): ${is ? 'ok' : 'not ready'}`,
  );
  const status = ready ? 'ok' : 'not ready';
  said(ready ? 200 : 503, [status, ...lines].join('\n'), { status, projects: all ?? [] });
}

/** null: no answer in time. */
async function within<T>(asking: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), LIMIT_MS);
  });
  try {
    return await Promise.race([asking, late]);
  } finally {
    clearTimeout(timer);
  }
}
