/** What goes wrong between here and a server, each as one sentence with what to do next. */
import { diagnose, type Parameter } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase, refusal } from '../refusal.ts';
import type { Endpoint } from './endpoint.ts';

export type SshFault = Error & { readonly level?: string; readonly code?: unknown };

/** Trying again may help. */
export function unavailable(
  server: string | Localized,
  reason: Parameter,
  cause?: unknown,
): PortError {
  const subject = typeof server === 'string' ? server : server.en;
  return failure(subject, diagnose('UNAVAILABLE', 'sshLost', { server, reason }), { cause });
}

export const NO_REASON: Localized = { zh: '没有给出原因', en: 'it gave no reason' };

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nobody answers, or what answers speaks no SSH that we know. */
export function unreachable(endpoint: Endpoint, error: SshFault): PortError {
  const { server, label, host, port, via } = endpoint;
  const named = { label, place: `${host}:${port}` };
  const cause = { cause: error };
  if (error.level === 'handshake') {
    const reason = phrase(error.message);
    return failure(server, diagnose('REFUSED', 'sshNoCommon', { ...named, reason }), cause);
  }
  const from = via === null ? { zh: 'worker', en: 'the worker' } : via.label;
  const reason = networkReason(error);
  return failure(server, diagnose('UNAVAILABLE', 'sshSilent', { ...named, from, reason }), cause);
}

function networkReason(error: SshFault): Parameter {
  const code = error.level === 'client-timeout' ? 'ETIMEDOUT' : String(error.code);
  return NETWORK[code] ?? phrase(error.message);
}

const NETWORK: Readonly<Record<string, Localized>> = {
  ECONNREFUSED: {
    zh: '连接被拒绝，那里没有程序在监听',
    en: 'the connection is refused, nothing listens there',
  },
  ECONNRESET: { zh: '连接被重置', en: 'the connection was reset' },
  EHOSTUNREACH: { zh: '没有到它的路由', en: 'there is no way to it' },
  ENETUNREACH: { zh: '没有到它的网络的路由', en: 'there is no way to its network' },
  ENOTFOUND: { zh: '无法解析这个名称', en: 'nobody knows this name' },
  ETIMEDOUT: { zh: '没有及时应答', en: 'there was no answer in time' },
};

/** Refused login: sshd does not say whether user or key is the wrong one. */
export function loginRefused(
  endpoint: Endpoint,
  offered: readonly string[],
  notes: readonly Localized[],
  methodsLeft: readonly string[],
): PortError {
  const { server, label, user, host, port } = endpoint;
  const login = `${user}@${host}:${port}`;
  const takes = methodsLeft.length > 0 && !methodsLeft.includes('publickey');
  const others = takes ? [takesOnly(methodsLeft)] : [];
  const all = [...notes, ...others];
  const rest = {
    zh: all.map(({ zh }) => `；${zh}`).join(''),
    en: all.map(({ en }) => `; ${en}`).join(''),
  };
  const diagnostic =
    offered.length === 0
      ? diagnose('LOGIN_REFUSED', 'noKey', { label, login, server, notes: rest })
      : diagnose('LOGIN_REFUSED', 'keys', { label, login, user, offered, notes: rest });
  return refusal('refused', server, diagnostic);
}

function takesOnly(methods: readonly string[]): Localized {
  return {
    zh: `它只接受 ${methods.join('、')}，不接受公钥`,
    en: `it takes ${methods.join(', ')} only, and no public key`,
  };
}
