/** What the servers, the balancer and the customers say themselves, past the program under test. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connections, ServerConnection } from '../../../src/ports/connections.ts';

const ANSWER_LIMIT_MS = 5_000;
/** Longer than the balancer holds a request, so that what it says is heard. */
const CUSTOMER_LIMIT_MS = 60_000;

/** One start of a release on a server, from the server's own log. */
export interface ServiceStart {
  readonly at: string;
  readonly digest: string;
  readonly run: string;
}

export interface PoolMember {
  readonly admin: string;
  readonly healthy: boolean;
}

export interface Customer {
  readonly status: number | null;
  readonly body: string;
  readonly tookMs: number;
}

export class World {
  readonly #connections: Connections;
  readonly #service: string;

  constructor(connections: Connections, service: string) {
    this.#connections = connections;
    this.#service = service;
  }

  server(name: string): ServerConnection {
    const found = this.#connections.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  }

  /** Where the balancer answers for an environment. */
  url(environment: string): string {
    const url = this.#connections.balancer.pools[environment];
    if (url === undefined) throw new Error(`no pool ${environment}`);
    return url;
  }

  /** The version that a server answers on its own port; null: nothing answers there. */
  async version(server: string): Promise<string | null> {
    const { serviceAddress, servicePort } = this.server(server);
    const { body } = await get(`http://${serviceAddress}:${servicePort}/version`, ANSWER_LIMIT_MS);
    return body === '' ? null : versionIn(body);
  }

  async versions(servers: readonly string[]): Promise<Record<string, string | null>> {
    const answers = servers.map(async (name) => [name, await this.version(name)] as const);
    return Object.fromEntries(await Promise.all(answers));
  }

  /** Every start of a release of the service on this server, oldest first. */
  starts(server: string): readonly ServiceStart[] {
    const file = join(this.serviceFolder(server), 'starts');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.map((line) => {
      const [at = '', digest = '', run = ''] = line.split(' ');
      return { at, digest, run };
    });
  }

  serviceFolder(server: string): string {
    return join(this.server(server).baseFolder, 'services', this.#service);
  }

  /** The balancer's own view of an environment's pool. */
  async pool(environment: string): Promise<Record<string, PoolMember>> {
    const answer = await fetch(`${this.#connections.balancer.adminUrl}/pools/${environment}`);
    const { servers } = (await answer.json()) as { servers: (PoolMember & { name: string })[] };
    return Object.fromEntries(
      servers.map(({ name, admin, healthy }) => [name, { admin, healthy }]),
    );
  }

  /** The balancer loses its way to a server, or finds it again: its own address for it is set. */
  async setAddress(environment: string, server: string, port: number): Promise<void> {
    const url = `${this.#connections.balancer.adminUrl}/pools/${environment}/servers/${server}/address`;
    const body = JSON.stringify({ host: '127.0.0.1', port });
    const { ok, status } = await fetch(url, { method: 'PUT', body });
    if (!ok) throw new Error(`${url}: status ${status}`);
  }

  /** One request through the balancer; never retried. */
  ask(environment: string, path = '/version'): Promise<Customer> {
    return get(`${this.url(environment)}${path}`, CUSTOMER_LIMIT_MS);
  }

  /** Requests at a steady rate until `stop`, which waits for the last answer. */
  traffic(environment: string, path = '/version', everyMs = 100): Traffic {
    return new Traffic(() => this.ask(environment, path), everyMs);
  }

  /**
   * Keeps starts and stops of the service on this server waiting, as another process does that
   * holds the service's lock there. Waits until the lock is free, polling every few milliseconds.
   * @returns gives the lock back
   */
  async holdService(server: string, limitMs = 30_000): Promise<() => void> {
    const folder = join(this.serviceFolder(server), 'lock');
    const deadline = Date.now() + limitMs;
    while (!taken(folder)) {
      if (Date.now() > deadline) throw new Error(`the lock of ${server} was never free`);
      await sleep(3);
    }
    return () => rmSync(folder, { recursive: true, force: true });
  }
}

/** The service's lock is a folder that names the process which holds it: this one, which lives. */
function taken(folder: string): boolean {
  try {
    mkdirSync(folder);
  } catch {
    return false;
  }
  writeFileSync(join(folder, `pending.${process.pid}`), '');
  return true;
}

/** Customers of an environment, counted. */
export class Traffic {
  readonly #answers: Promise<Customer>[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(ask: () => Promise<Customer>, everyMs: number) {
    this.#timer = setInterval(() => this.#answers.push(ask()), everyMs);
  }

  async stop(): Promise<TrafficSeen> {
    clearInterval(this.#timer);
    const answers = await Promise.all(this.#answers);
    const good = answers.filter(({ status }) => status === 200);
    const versions = new Set(good.flatMap(({ body }) => versionIn(body) ?? []));
    return {
      sent: answers.length,
      failures: answers.filter(({ status }) => status !== 200),
      versions: [...versions].sort(),
      longestMs: Math.max(0, ...answers.map(({ tookMs }) => tookMs)),
    };
  }
}

export interface TrafficSeen {
  readonly sent: number;
  readonly failures: readonly Customer[];
  readonly versions: readonly string[];
  readonly longestMs: number;
}

function versionIn(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('version' in parsed)) return null;
    return String(parsed.version);
  } catch {
    return null;
  }
}

function get(url: string, limitMs: number): Promise<Customer> {
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (status: number | null, body: string): void =>
      resolve({ status, body, tookMs: performance.now() - began });
    const outgoing = request(url, { agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => end(null, ''));
      response.on('end', () => end(response.statusCode ?? null, Buffer.concat(chunks).toString()));
    });
    outgoing.setTimeout(limitMs, () => outgoing.destroy());
    outgoing.on('error', () => end(null, ''));
    outgoing.end();
  });
}

/** Every file below a folder, sorted: to show that nothing was written. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[]).sort();
}
