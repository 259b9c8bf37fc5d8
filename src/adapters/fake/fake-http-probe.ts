import type { HttpProbe, ProbeRequest, ProbeResponse } from '../../ports/http-probe.ts';
import { PortError } from '../../ports/port-error.ts';
import type { FakeAnswer, FakeMember, FakeRequest, FakeServer, FakeWorld } from './fake-world.ts';

const MAXIMUM_BODY_BYTES = 64 * 1024;

/** Requests to the world's servers, and through its pool. */
export function createFakeHttpProbe(world: FakeWorld): HttpProbe {
  return {
    request: (request) => send(world, request),
    async connect(host, port) {
      const server = serverAt(world, host, port);
      if (server !== null && world.isListening(server)) return;
      const place = `${host}:${port}`;
      throw new PortError(
        'unreachable',
        place,
        `${place} refused the connection`,
        'Start the service.',
      );
    },
  };
}

async function send(world: FakeWorld, request: ProbeRequest): Promise<ProbeResponse> {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url === null)
    throw new PortError('invalid', request.url, 'not an address', 'Write http://host:port/path.');
  const limit = AbortSignal.timeout(Math.ceil(request.timeoutMs));
  const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
  const startedMs = performance.now();
  const sent: FakeRequest = {
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: request.headers ?? {},
  };
  try {
    const answer = await route(world, url, sent, signal);
    const { status, headers = {}, body = '' } = answer;
    const bounded = Buffer.from(body).subarray(0, MAXIMUM_BODY_BYTES).toString('utf8');
    return { status, headers, body: bounded, durationMs: performance.now() - startedMs };
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    if (!limit.aborted) throw error;
    const message = `${request.url} gave no answer within ${request.timeoutMs} ms`;
    throw new PortError('unavailable', request.url, message, 'Look at the service.');
  }
}

function route(
  world: FakeWorld,
  url: URL,
  request: FakeRequest,
  signal: AbortSignal,
): Promise<FakeAnswer> {
  if (url.origin === world.poolUrl) return balance(world, request, signal);
  const server = serverAt(world, url.hostname, Number(url.port));
  if (server !== null) return world.serve(server, request, signal);
  const message = `${url.host} refused the connection`;
  return Promise.reject(new PortError('unreachable', url.host, message, 'Check the address.'));
}

function serverAt(world: FakeWorld, host: string, port: number): FakeServer | null {
  const found = [...world.servers.values()].find(
    (each) => each.address === host && each.servicePort === port,
  );
  return found ?? null;
}

async function balance(
  world: FakeWorld,
  request: FakeRequest,
  signal: AbortSignal,
): Promise<FakeAnswer> {
  const member = next(world);
  if (member === null) return { status: 503, body: 'no server takes requests' };
  const startedMs = performance.now();
  member.requests += 1;
  member.active += 1;
  try {
    if (member.unreachable)
      throw new PortError('unreachable', member.name, 'unreachable', 'Check it.');
    const answer = await world.serve(world.server(member.name), request, signal);
    if (answer.status >= 500) member.errors += 1;
    member.latencies.push(performance.now() - startedMs);
    const isProbe = request.headers['x-runsheet-probe'] === '1';
    return isProbe
      ? { ...answer, headers: { ...answer.headers, 'x-runsheet-server': member.name } }
      : answer;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    member.errors += 1;
    return { status: 502, body: error.message };
  } finally {
    member.active -= 1;
  }
}

/** Smooth weighted round robin, as the embedded balancer does. */
function next(world: FakeWorld): FakeMember | null {
  let best: FakeMember | null = null;
  let total = 0;
  for (const member of world.members.values()) {
    if (member.admin !== 'ready' || !world.isHealthy(member) || member.weight === 0) continue;
    total += member.weight;
    member.credit += member.weight;
    if (best === null || member.credit > best.credit) best = member;
  }
  if (best !== null) best.credit -= total;
  return best;
}
