/** B7: a fault of TLS is told in its own words; it is not "nobody answers". */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectFault } from '../../src/client/connect-fault.ts';
import { NoTemporalServerError } from '../../src/client/errors.ts';
import { connectRunsheet } from '../../src/client.ts';
import { connectNative } from '../../src/worker/connect.ts';
import { issueCertificate } from '../support/certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'runsheet-tls-'));
const LATE = new Error('Failed to connect before the deadline');
let secured: Server;
let plain: Server;
let certificate: Buffer;

beforeAll(async () => {
  const issued = await issueCertificate(folder, 'temporal.example.com');
  certificate = issued.cert;
  const options = { ...issued, ALPNProtocols: ['h2'] };
  secured = createTlsServer(options, (socket) => socket.on('error', () => undefined));
  plain = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end());
  });
  await Promise.all(
    [secured, plain].map(
      (server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)),
    ),
  );
});

afterAll(() => {
  for (const server of [secured, plain]) server.close();
  rmSync(folder, { recursive: true });
});

function addressOf(server: Server): string {
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('not listening');
  return `127.0.0.1:${at.port}`;
}

describe('B7 a fault', () => {
  it('B7 of a certificate that nobody vouches for', async () => {
    expect(await connectFault(addressOf(secured), true, LATE)).toEqual({
      answers: true,
      reason: 'TLS: self-signed certificate',
    });
  });

  it('B7 of a certificate of another name', async () => {
    const tls = { serverRootCACertificate: certificate };
    const { answers, reason } = await connectFault(addressOf(secured), tls, LATE);
    expect(answers).toBe(true);
    expect(reason).toContain('does not match certificate');
  });

  it('B7 of TLS that the server does not speak', async () => {
    const { answers, reason } = await connectFault(addressOf(plain), true, LATE);
    expect(answers).toBe(true);
    expect(reason).toMatch(/^TLS: ./u);
  });

  it('B7 of a server that wants TLS', async () => {
    expect(await connectFault(addressOf(secured), undefined, LATE)).toEqual({
      answers: true,
      reason: 'it speaks TLS, and the connection was tried without',
    });
  });

  it('B7 of a server that says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    try {
      expect(await connectFault(addressOf(silent), undefined, LATE)).toEqual({
        answers: false,
        reason: LATE.message,
      });
    } finally {
      silent.close();
    }
  });

  it('B7 of what the server itself says, where TLS is well', async () => {
    const tls = {
      serverRootCACertificate: certificate,
      serverNameOverride: 'temporal.example.com',
    };
    const said = new Error('16 UNAUTHENTICATED: Request unauthorized.\nkey = "sesame"');
    expect(await connectFault(addressOf(secured), tls, said)).toEqual({
      answers: true,
      reason: '16 UNAUTHENTICATED: Request unauthorized.',
    });
  });

  it('B7 where nobody listens', async () => {
    const { answers, reason } = await connectFault('127.0.0.1:1', true, LATE);
    expect(answers).toBe(false);
    expect(reason).toContain('ECONNREFUSED');
  });

  it.each(['', 'temporal', ':7233', 'host:port', 'host:99999'])(
    'B7 of an address that is none: %j',
    async (address) => {
      expect(await connectFault(address, true, LATE)).toEqual({
        answers: false,
        reason: LATE.message,
      });
    },
  );
});

describe('B7 a connection that fails so', () => {
  const environment = { TEMPORAL_API_KEY: 'sesame', TEMPORAL_TLS: 'true', HOME: folder };

  it('B7 tells the client', async () => {
    const asked = { address: addressOf(secured), namespace: 'default', environment };
    const connecting = connectRunsheet(asked);
    await expect(connecting).rejects.toBeInstanceOf(NoTemporalServerError);
    await expect(connecting).rejects.toMatchObject({
      fault: { answers: true, reason: 'TLS: self-signed certificate' },
    });
  }, 20_000);

  it('B7 tells the worker', async () => {
    const temporal = { address: addressOf(secured), namespace: 'default', uiUrl: null };
    await expect(connectNative(temporal, environment)).rejects.toThrow(
      /something answers at .*InvalidCertificate/u,
    );
  }, 20_000);

  it('B7 sends nothing of another server to our own', async () => {
    const asked = { address: addressOf(plain), namespace: 'default', environment, isOwn: true };
    await expect(connectRunsheet(asked)).rejects.toMatchObject({
      fault: { answers: false },
    });
  }, 20_000);
});
