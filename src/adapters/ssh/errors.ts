/** What goes wrong between here and a server, each as one sentence with what to do next. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { PortError } from '../../ports/port-error.ts';
import { refusal } from '../refusal.ts';
import type { Endpoint } from './endpoint.ts';

export type SshFault = Error & { readonly level?: string; readonly code?: unknown };

/** Trying again may help. */
export function unavailable(server: string, reason: string, cause?: unknown): PortError {
  return new PortError(
    'unavailable',
    server,
    `The SSH connection to ${server} is not there: ${reason}.`,
    `Check that ${server} is up and that its SSH port is reached from the worker.`,
    { cause },
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nobody answers, or what answers speaks no SSH that we know. */
export function unreachable(endpoint: Endpoint, error: SshFault): PortError {
  const { server, label, host, port, via } = endpoint;
  const where = `${host}:${port}`;
  const from = via === null ? 'the worker' : via.label;
  if (error.level === 'handshake') {
    return new PortError(
      'refused',
      server,
      `${label} (${where}) and Runsheet have no way to speak in common: ${error.message}.`,
      `Let its SSH server offer a newer key exchange and cipher: ssh -vv shows what it has.`,
      { cause: error },
    );
  }
  return new PortError(
    'unavailable',
    server,
    `${label} (${where}) does not answer: ${networkReason(error)}.`,
    `Check that it is up, and that ${where} is reached from ${from}.`,
    { cause: error },
  );
}

function networkReason(error: SshFault): string {
  const code = error.level === 'client-timeout' ? 'ETIMEDOUT' : String(error.code);
  return NETWORK[code] ?? error.message;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused, nothing listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ENOTFOUND: 'nobody knows this name',
  ETIMEDOUT: 'there was no answer in time',
};

/** Refused login: sshd does not say whether user or key is the wrong one. */
export function loginRefused(
  endpoint: Endpoint,
  offered: readonly string[],
  notes: readonly string[],
  methodsLeft: readonly string[],
): PortError {
  const { server, label, user, host, port } = endpoint;
  const login = `${user}@${host}:${port}`;
  const takes = methodsLeft.length > 0 && !methodsLeft.includes('publickey');
  const others = takes ? [`it takes ${methodsLeft.join(', ')} only, and no public key`] : [];
  const rest = [...notes, ...others].map((each) => `; ${each}`).join('');
  const diagnostic =
    offered.length === 0
      ? diagnose('LOGIN_REFUSED', 'noKey', { label, login, server, notes: rest })
      : diagnose('LOGIN_REFUSED', 'keys', { label, login, user, offered, notes: rest });
  return refusal('refused', server, diagnostic);
}
