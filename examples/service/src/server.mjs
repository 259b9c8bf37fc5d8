/**
 * The sample service. PORT says where it listens (127.0.0.1), RUNSHEET_VERSION what was deployed,
 * CONFIG_FILE names its configuration. SIGTERM: no new requests, those under way are answered.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { behaviour as shipped } from './behaviour.mjs';
import { loadConfiguration } from './configuration.mjs';
import { quoteCents } from './shipping.mjs';

/** The longest that /slow may be asked to take. */
const slowestMs = 60_000;

export function createService({ version, configuration = {}, behaviour = shipped }) {
  const name = configuration.SERVER_NAME ?? 'unnamed';
  const environment = configuration.ENVIRONMENT ?? 'unknown';
  const routes = {
    '/healthz': () => ({ status: 200, body: { status: 'ok', version } }),
    '/version': () => ({ status: behaviour.status, body: { version, server: name, environment } }),
    '/quote': (query) => quote(query, behaviour.status),
    '/slow': (query) => slow(query, behaviour.status),
    '/': () => ({ status: behaviour.status, body: { service: 'shipping-quotes', version, paths: Object.keys(routes) } }),
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://service');
    const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : notFound;
    if (behaviour.latencyMs > 0) await sleep(behaviour.latencyMs);
    const answer = await route(url.searchParams);
    // While it ends, no connection is kept for another request.
    if (!server.listening) response.setHeader('connection', 'close');
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(answer.body)}\n`);
  });
  return server;
}

function quote(query, status) {
  try {
    const cents = quoteCents(query.get('country') ?? '', Number(query.get('grams')), query.get('express') === '1');
    return { status, body: { cents } };
  } catch (error) {
    return { status: 400, body: { error: error.message } };
  }
}

async function slow(query, status) {
  const askedMs = Math.min(Math.max(Number(query.get('ms')) || 0, 0), slowestMs);
  await sleep(askedMs);
  return { status, body: { askedMs } };
}

function notFound() {
  return { status: 404, body: { error: 'no such path' } };
}

function main() {
  if (shipped.exitCodeAtStart !== null) {
    process.stderr.write(`behaviour.exitCodeAtStart: ${shipped.exitCodeAtStart}\n`);
    process.exit(shipped.exitCodeAtStart);
  }
  const service = createService({
    version: process.env.RUNSHEET_VERSION ?? 'unknown',
    configuration: loadConfiguration(process.env),
  });
  const port = Number(process.env.PORT ?? 8080);
  service.listen(port, '127.0.0.1', () => process.stdout.write(`listening on 127.0.0.1:${port}\n`));
  service.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      // Connections that carry no request are closed, the others when their answer is out.
      service.close(() => process.exit(0));
      service.closeIdleConnections();
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
