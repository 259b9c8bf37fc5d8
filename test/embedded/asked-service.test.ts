/** B11: the load balancer of `runsheet dev` asks a service, and sends to it, as `health` says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createEmbeddedBalancer } from '../../src/adapters/embedded-balancer/embedded-balancer.ts';
import { createHttpProbe } from '../../src/adapters/http/http-probe.ts';
import { startBalancer } from '../../src/embedded/balancer.ts';
import { type AskedService, healthRequests } from '../../src/embedded/health-requests.ts';
import { issueCertificate } from '../support/certificate.ts';
import { deferred } from '../support/deferred.ts';

const HOST = 'production.shop.test';
const TOKEN = 'a token of its own';

interface Checked {
  readonly isHealthy: boolean;
  /** Of a request through the pool. */
  readonly status: number;
}

/** What comes of a service that speaks HTTPS, is one name only, and wants a token at /up. */
async function checked(health: Partial<AskedService['health']>): Promise<Checked> {
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-asked-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'token'), TOKEN, { mode: 0o600 });
  let asked = 0;
  const answered = deferred<void>();
  const service = createServer(await issueCertificate(folder, HOST), (request, response) => {
    const { host, authorization } = request.headers;
    const isIts = host === HOST && (request.url !== '/up' || authorization === `Bearer ${TOKEN}`);
    response.writeHead(isIts ? 204 : 421).end();
  });
  service.on('connection', () => {
    asked += 1;
    if (asked === 3) answered.resolve();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void service.close());
  const { port } = service.address() as AddressInfo;
  const around = { projectFolder: folder, env: {} };
  const secrets = { secretsFolder: folder, secretCommands: { token: ['cat', 'token'] } };
  const given = { name: 'shop', ...secrets, health: { ...GOOD, ...health } };
  const requests = await healthRequests({ ...around, service: given }, ['production']);
  const balancer = await startBalancer({
    pools: { production: [{ server: 's1', host: '127.0.0.1', port }] },
    health: (pool) => requests.get(pool) ?? { path: '/healthz' },
    checkIntervalMs: 20,
    holdMs: 0,
  });
  onTestFinished(() => balancer.close());
  await answered.promise;
  const { servers } = await createEmbeddedBalancer({ adminUrl: balancer.adminUrl }).state(
    'production',
  );
  const through = await createHttpProbe(folder).request({
    method: 'GET',
    url: `${balancer.pools['production'] ?? ''}/`,
    headers: { host: HOST },
    timeoutMs: 5_000,
  });
  return { isHealthy: servers[0]?.healthy === true, status: through.status };
}

const GOOD: AskedService['health'] = {
  path: '/up',
  status: 204,
  host: '${environment}.${service}.test',
  headers: { Authorization: 'Bearer secret://file/token' },
  scheme: 'https',
  tls: { ca: 'ca.pem' },
};

it('B11: a service with a name, a token and a certificate of its own is healthy, and served', async () => {
  expect(await checked({})).toEqual({ isHealthy: true, status: 204 });
});

it('B11: its token may be what a program prints', async () => {
  const headers = { Authorization: 'Bearer secret://command/token' };
  expect(await checked({ headers })).toEqual({ isHealthy: true, status: 204 });
});

it.each([
  ['another name', { host: 'other.test' }],
  ['no token', { headers: {} }],
  ['another status', { status: 200 }],
  ['an authority that nobody knows', { tls: {} }],
])('B11: it is not, asked with %s', async (_, health) => {
  expect(await checked(health)).toEqual({ isHealthy: false, status: 503 });
});
