/** B11: requests over HTTPS, verified by a real handshake with a service that serves one name only. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createHttpProbe } from '../../../src/adapters/http/http-probe.ts';
import type { ProbeTls } from '../../../src/ports/http-probe.ts';
import { issueCertificate } from '../../support/certificate.ts';

const HOST = 'quotes.example.com';
const OWN: ProbeTls = { serverName: HOST, ca: 'ca.pem', verify: true };

let folder = '';
let service: Server;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runsheet-https-'));
  const secure = await issueCertificate(folder, HOST);
  service = createServer(secure, (request, response) => {
    const { servername } = request.socket as TLSSocket;
    const isIts = request.headers.host === HOST && servername === HOST;
    response.writeHead(isIts ? 200 : 421).end();
  });
  url = await listen(service, 'https');
});
afterAll(async () => {
  service.close();
  await rm(folder, { recursive: true });
});

async function listen(server: Server, scheme: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const ask = (tls?: ProbeTls, host = HOST, to = url) =>
  createHttpProbe(folder).request({
    method: 'GET',
    url: to,
    headers: { host },
    timeoutMs: 5_000,
    ...(tls !== undefined && { tls }),
  });

describe('B11: HTTPS', () => {
  it('is spoken under the name of the service, by a certificate of an authority of its own', async () => {
    expect((await ask(OWN)).status).toBe(200);
  });

  it.each([
    ['no authority is known', { ...OWN, ca: null }, /not trusted \(it should be of quotes\./u],
    ['nothing is said', undefined, /not trusted/u],
    ['another name is wanted', { ...OWN, serverName: 'www.example.com' }, /should be of www\./u],
    ['no name is wanted but the address', { ...OWN, serverName: null }, /of 127\.0\.0\.1/u],
  ])('is not believed where %s', async (_, tls, message) => {
    const host = tls?.serverName === null ? '127.0.0.1' : (tls?.serverName ?? HOST);
    await expect(ask(tls, host)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('health.tls.ca'),
    });
  });

  it('is believed whoever answers where the project says so', async () => {
    expect((await ask({ ...OWN, ca: null, verify: false })).status).toBe(200);
  });

  it.each(['missing.pem', 'key.pem'])(
    'names a file of authorities that is none: %s',
    async (ca) => {
      await expect(ask({ ...OWN, ca })).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining(ca),
      });
    },
  );

  it('says that a port speaks HTTP only, or HTTPS only', async () => {
    const plain = createHttpServer((_, response) => response.end());
    onTestFinished(() => void plain.close());
    const there = await listen(plain, 'https');
    await expect(ask(OWN, HOST, there)).rejects.toMatchObject({
      message: expect.stringContaining('does not speak HTTPS'),
    });
    await expect(ask(undefined, HOST, url.replace('https:', 'http:'))).rejects.toMatchObject({
      message: expect.stringContaining('closed the connection'),
      remedy: expect.stringContaining('health.scheme: https'),
    });
    const alert = createTcpServer(
      (socket) => void socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 70])),
    );
    onTestFinished(() => void alert.close());
    await expect(ask(undefined, HOST, await listen(alert, 'http'))).rejects.toMatchObject({
      message: expect.stringContaining('did not answer in HTTP'),
      remedy: expect.stringContaining('health.scheme: https'),
    });
  });

  it('never says the value of a header that cannot be sent', async () => {
    const sent = createHttpProbe(folder).request({
      method: 'GET',
      url,
      headers: { authorization: 'Bearer two\nlines' },
      timeoutMs: 5_000,
    });
    const error: Error = await sent.then(
      () => new Error('was sent'),
      (each: Error) => each,
    );
    expect(error.message).toContain('authorization');
    expect(error.message).not.toContain('two');
  });
});
