import type Docker from 'dockerode';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { Fence } from '../../ports/fence.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { failure } from '../refusal.ts';
import { EngineAgent } from './engine-agent.ts';
import { engineError, hasStatus, socketError, socketScript } from './engine-errors.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const LOOK_TIMEOUT_MS = 10_000;

/** The Docker Engine of one server. */
export interface Engine {
  readonly host: ServerHost;
  /**
   * Asks for one thing; what goes wrong is a PortError that names the server.
   * @param what the operation in words, which follow "did not …" and "没有…"
   */
  ask<T>(what: Localized, work: Work<T>, options?: AskOptions): Promise<T>;
}

type Work<T> = (docker: Docker, abortSignal: AbortSignal) => Promise<T>;

export interface AskOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Statuses that the caller reads: then the client's own error is thrown (see hasStatus). */
  readonly expect?: readonly number[];
  /** The caller reads everything that the engine says. */
  readonly raw?: boolean;
}

export interface EngineOptions {
  readonly client: EngineClient;
  /** Path on the server; may hold `${uid}`. */
  readonly socket: string;
  readonly quote: (argv: readonly string[]) => string;
  /** Asked before each request; absent: everybody may. */
  readonly fence?: Fence;
}

type EngineClient = Promise<{ readonly default: typeof Docker }>;

/** Apart from the rest, for it brings a large part for builds along: only projects with Docker load it. */
export function loadEngineClient(): EngineClient {
  const client = import('dockerode');
  // Whoever asks an engine is told.
  client.catch(() => undefined);
  return client;
}

/** @param host every request goes over its one connection */
export function createEngine(host: ServerHost, options: EngineOptions): Engine {
  let client: Promise<Docker> | null = null;
  const open = (): Promise<Docker> => {
    client ??= connect(options.client, new EngineAgent(() => openSocket(host, options)));
    return client;
  };
  return {
    host,
    async ask(
      what,
      work,
      { timeoutMs = REQUEST_TIMEOUT_MS, signal, expect = [], raw = false } = {},
    ) {
      await options.fence?.(host.name);
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        const both = signal === undefined ? limit : AbortSignal.any([signal, limit]);
        return await Promise.race([work(await open(), both), broken(both)]);
      } catch (error) {
        signal?.throwIfAborted();
        if (limit.aborted) throw late(host.name, what, timeoutMs);
        throw raw || hasStatus(error, ...expect) ? error : engineError(host.name, what, error);
      }
    },
  };
}

/** For calls to which the client takes no signal along. */
function broken(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function connect(client: EngineClient, agent: EngineAgent): Promise<Docker> {
  const { default: Client } = await client;
  // Everything is given, so that nothing is taken from this machine's DOCKER_HOST.
  const options = { protocol: 'http', host: 'docker', port: 80, pathPrefix: '/', agent } as const;
  return new Client(options);
}

async function openSocket(
  host: ServerHost,
  { socket, quote }: EngineOptions,
): ReturnType<ServerHost['openSocket']> {
  const socketPath = await socketFor(host, socket);
  try {
    return await host.openSocket(socketPath);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    // What does not name the socket is about the connection itself, and says enough.
    if (!failure.message.includes(socketPath)) throw failure;
    const script = socketScript(quote([socketPath]));
    const looked = await host
      .exec(['sh', '-c', script], { timeoutMs: LOOK_TIMEOUT_MS })
      .catch(() => null);
    // Where nothing runs there either, it is the connection that is at fault, and says so itself.
    if (looked === null) throw failure;
    throw socketError(host.name, socketPath, looked.stdout, failure);
  }
}

const UID = '${uid}';

/** As root by sudo, the engine is still the login's. */
async function socketFor(host: ServerHost, socket: string): Promise<string> {
  if (!socket.includes(UID)) return socket;
  const script = 'echo "${SUDO_UID:-$(id -u)}"';
  const { stdout } = await host.exec(['sh', '-c', script], { timeoutMs: LOOK_TIMEOUT_MS });
  return socket.replaceAll(UID, stdout.trim());
}

function late(server: string, what: Localized, timeoutMs: number): PortError {
  const named = { server, what, seconds: Math.round(timeoutMs / 1000) };
  return failure(server, diagnose('UNAVAILABLE', 'dockerLate', named));
}
