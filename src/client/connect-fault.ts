/** Why a connection failed: gRPC's own words are "before the deadline" for whatever was wrong. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';
import type { ConnectFault } from './errors.ts';

const LIMIT_MS = 1_000;

/** Nothing was said at all. */
const LATE = /before the deadline/u;

/**
 * Asks once more, one layer after the other: whether anybody listens, and whether TLS comes about.
 * @param tls as the connection was tried
 * @param error what it failed with: its words are the fault's where both layers are well
 */
export async function connectFault(
  address: string,
  tls: ConnectionOptions['tls'],
  error: unknown,
): Promise<ConnectFault> {
  const said = oneLine(causeOf(error));
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/gu, '');
  const port = Number(address.slice(at + 1));
  if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535)
    return { answers: false, reason: said };
  const unheard = await failureOf(connectTcp({ host, port }), 'connect');
  if (unheard !== null) return { answers: false, reason: unheard };
  if (tls === undefined || tls === null || tls === false) {
    const plain = {
      host,
      port,
      ALPNProtocols: ['h2'],
      servername: host,
      rejectUnauthorized: false,
    };
    const silent = (await failureOf(connectTls(plain), 'secureConnect')) !== null;
    return silent
      ? { answers: !LATE.test(said), reason: said }
      : { answers: true, reason: 'it speaks TLS, and the connection was tried without' };
  }
  const own = tls === true ? {} : tls;
  const pair = own.clientCertPair;
  const options = {
    host,
    port,
    ALPNProtocols: ['h2'],
    servername: own.serverNameOverride ?? host,
    ...(own.serverRootCACertificate && { ca: Buffer.from(own.serverRootCACertificate) }),
    ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
  };
  const refused = await failureOf(connectTls(options), 'secureConnect');
  return { answers: true, reason: refused === null ? said : `TLS: ${refused}` };
}

/** null: it came about. */
function failureOf(socket: Socket, event: 'connect' | 'secureConnect'): Promise<string | null> {
  return new Promise((resolve) => {
    const end = (reason: string | null): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(LIMIT_MS, () => end(`no answer within ${LIMIT_MS / 1000} s`));
    socket.once('error', (error) => end(oneLine(error)));
    socket.once('close', () => end('the connection was closed'));
    socket.once(event, () => end(null));
  });
}

/** The library's own message says only that it failed; what the server answered is below it. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? causeOf(error.cause) : error;
}

/** Further lines of a parser's quote the file, which holds keys. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
