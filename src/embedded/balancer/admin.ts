import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isForeign } from '../foreign.ts';
import { type Member, type Pool, p95Of } from './pool.ts';
import { isAdminState, isRecord, isWeight } from './state-file.ts';

const MAXIMUM_BODY_BYTES = 256 * 1024;

export interface AdminOptions {
  readonly pools: ReadonlyMap<string, Pool>;
  readonly urlOf: (pool: string) => string;
  readonly routes: () => Readonly<Record<string, string>>;
  readonly setRoutes: (routes: Readonly<Record<string, string>>) => void;
  /** Sends a server's requests to another address; null: to its own again. */
  readonly move: (pool: Pool, member: Member, address: Address | null) => void;
  /** Called after a change, before it is acknowledged. */
  readonly save: () => void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * The load balancer's HTTP API:
 * - GET /pools/POOL
 * - PUT /pools/POOL/servers/SERVER {admin}
 * - PUT /pools/POOL/servers/SERVER/address {host, port}
 * - PUT /pools/POOL/weights {server: weight}
 * - GET and PUT /routes {prefix: pool}
 */
export function createAdminServer(options: AdminOptions): Server {
  return createServer((request, response) => {
    void answerTo(options, request)
      .catch(
        (error: unknown): Answer =>
          problem(400, error instanceof Error ? error.message : String(error)),
      )
      .then((answer) => send(response, answer));
  });
}

async function answerTo(options: AdminOptions, request: IncomingMessage): Promise<Answer> {
  if (isForeign(request.headers)) return problem(403, 'only programs of this machine are answered');
  const url = new URL(request.url ?? '/', 'http://balancer');
  const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const [area, poolName = '', kind, serverName = '', leaf] = parts;
  if (area === 'routes' && parts.length === 1) return routesRequest(options, request);
  if (area !== 'pools') return problem(404, `no such path: ${url.pathname}`);
  const pool = options.pools.get(poolName);
  if (pool === undefined) return problem(404, `the load balancer has no pool ${poolName}`);
  if (request.method === 'GET' && parts.length === 2)
    return { status: 200, body: describe(pool, options.urlOf(poolName)) };
  if (request.method !== 'PUT') return problem(405, `${request.method} is not supported here`);
  const body = await readBody(request);
  if (kind === 'weights' && parts.length === 3) return setWeights(options, pool, body);
  const member = kind === 'servers' ? pool.members.get(serverName) : undefined;
  if (member === undefined) return problem(404, `pool ${poolName} has no server ${serverName}`);
  if (parts.length === 4) {
    if (!isAdminState(body['admin'])) return problem(400, 'admin must be ready, drain or maint');
    pool.setAdmin(member, body['admin']);
  } else if (leaf === 'address' && typeof body['host'] === 'string' && isPort(body['port'])) {
    options.move(pool, member, { host: body['host'], port: body['port'] });
  } else {
    return problem(400, 'expected {admin}, or {host, port} for the address');
  }
  options.save();
  return { status: 200, body: describe(pool, options.urlOf(poolName)) };
}

async function routesRequest(options: AdminOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method === 'GET') return { status: 200, body: options.routes() };
  if (request.method !== 'PUT') return problem(405, `${request.method} is not supported here`);
  const routes: Record<string, string> = {};
  for (const [prefix, pool] of Object.entries(await readBody(request))) {
    if (!prefix.startsWith('/')) return problem(400, `a route must begin with /: ${prefix}`);
    if (typeof pool !== 'string' || !options.pools.has(pool))
      return problem(404, `route ${prefix}: there is no pool ${String(pool)}`);
    routes[prefix] = pool;
  }
  options.setRoutes(routes);
  options.save();
  return { status: 200, body: options.routes() };
}

function setWeights(options: AdminOptions, pool: Pool, body: Record<string, unknown>): Answer {
  const changes = Object.entries(body).map(([name, weight]) => ({
    name,
    member: pool.members.get(name),
    weight,
  }));
  for (const { name, member, weight } of changes) {
    if (member === undefined) return problem(404, `pool ${pool.name} has no server ${name}`);
    if (!isWeight(weight))
      return problem(400, `the weight of ${name} must be a whole number from 0 to 256`);
  }
  for (const { member, weight } of changes) {
    if (member !== undefined && isWeight(weight)) member.weight = weight;
  }
  pool.changed();
  options.save();
  return { status: 200, body: describe(pool, options.urlOf(pool.name)) };
}

function describe(pool: Pool, url: string): object {
  const servers = [...pool.members.values()].map((member) => ({
    name: member.name,
    address: `${member.host}:${member.port}`,
    admin: member.admin,
    healthy: member.healthy,
    weight: member.weight,
    active: member.active,
    requests: member.requests,
    errors: member.errors,
    p95Ms: p95Of(member.latencies),
  }));
  return {
    name: pool.name,
    url,
    servers,
    emptyMs: pool.emptyMs,
    held: pool.held,
    unserved: pool.unserved,
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.byteLength;
    if (bytes > MAXIMUM_BODY_BYTES)
      throw new Error(`the body is larger than ${MAXIMUM_BODY_BYTES} bytes`);
    chunks.push(part);
  }
  const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (!isRecord(parsed)) throw new Error('expected a JSON object');
  return parsed;
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536;
}

function problem(status: number, message: string): Answer {
  return { status, body: { error: message } };
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(answer.body)}\n`);
}
