/** How the certificate of an https address is verified, and what is wrong where it is not. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ConnectionOptions, createSecureContext, rootCertificates } from 'node:tls';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { ProbeTls } from '../../ports/http-probe.ts';
import { failure } from '../refusal.ts';

const AS_NODE: ProbeTls = { serverName: null, ca: null, verify: true };

/** @throws PortError INVALID where the project's authorities cannot be read */
export async function tlsOptions(
  folder: string,
  { serverName, ca, verify }: ProbeTls = AS_NODE,
): Promise<Pick<ConnectionOptions, 'servername' | 'ca' | 'rejectUnauthorized'>> {
  return {
    rejectUnauthorized: verify,
    ...(serverName !== null && { servername: serverName }),
    ...(ca !== null && verify && { ca: [...rootCertificates, await authorities(folder, ca)] }),
  };
}

async function authorities(folder: string, name: string): Promise<string> {
  try {
    const text = await readFile(resolve(folder, name), 'utf8');
    createSecureContext({ ca: text });
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('PEM');
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(name, diagnose('INVALID', 'requestAuthority', { file: name, reason }));
  }
}

const NOT_TRUSTED = /CERT|SIGNATURE|ISSUER|CRL|CHAIN/u;
const NO_TLS = /^(?:EPROTO|ERR_SSL_\w+)$/u;

const NO_HTTP = /^HPE_|HTTP\/1\.1 protocol/u;
const CLOSED = 'UND_ERR_SOCKET';

/** null: nothing of TLS. @param reason the code of what went wrong */
export function tlsProblem(url: string, tls: ProbeTls = AS_NODE, reason: string) {
  if (NO_HTTP.test(reason)) return diagnose('REFUSED', 'requestNoHttp', { url });
  if (!url.startsWith('https:'))
    return reason === CLOSED ? diagnose('UNAVAILABLE', 'requestClosed', { url }) : null;
  if (NO_TLS.test(reason)) return diagnose('REFUSED', 'requestNoTls', { url, reason });
  if (!NOT_TRUSTED.test(reason)) return null;
  const name = tls.serverName ?? new URL(url).hostname;
  return diagnose('REFUSED', 'requestCertificate', { url, name, reason });
}
