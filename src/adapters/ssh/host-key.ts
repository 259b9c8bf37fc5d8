import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Localized } from '../../diagnostics/language.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { HostKeyState } from '../../ports/server-host.ts';
import { refusal } from '../refusal.ts';
import type { KnownKey } from './known-hosts.ts';

const HOST_NAME = /^[A-Za-z0-9_:][A-Za-z0-9_.:-]{0,252}$/;

/** What ssh2 can negotiate, in the order in which it is offered where no key is known. */
const ALGORITHMS: readonly {
  readonly type: string;
  readonly names: readonly ServerHostKeyAlgorithm[];
}[] = [
  { type: 'ssh-ed25519', names: ['ssh-ed25519'] },
  { type: 'ecdsa-sha2-nistp256', names: ['ecdsa-sha2-nistp256'] },
  { type: 'ecdsa-sha2-nistp384', names: ['ecdsa-sha2-nistp384'] },
  { type: 'ecdsa-sha2-nistp521', names: ['ecdsa-sha2-nistp521'] },
  { type: 'ssh-rsa', names: ['rsa-sha2-512', 'rsa-sha2-256'] },
];

/** DNS and IP alphabet only; nothing that a program could take for an option. */
export function assertHostName(server: string, host: string): void {
  if (HOST_NAME.test(host)) return;
  const named = { server, host: JSON.stringify(host) };
  throw refusal('refused', server, diagnose('BAD_HOST_NAME', 'refused', named));
}

/** OpenSSH's form, `SHA256:` and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** As in known_hosts without the name: `ssh-ed25519 AAAA…`. */
export function keyLine(key: Buffer): string {
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
  return `${type} ${key.toString('base64')}`;
}

/** The keys that runsheet.yaml gives a server, as known ones. */
export function pinnedKeys(lines: readonly string[]): readonly KnownKey[] {
  return lines.map((line): KnownKey => {
    const [type = '', blob = ''] = line.trim().split(/\s+/u);
    return { kind: 'plain', type, blob, source: 'host_keys in runsheet.yaml' };
  });
}

/**
 * What a server may show, first the types of which a key is held: a server has several keys, and one
 * that nobody noted down would look like a changed one.
 */
export function algorithmsFor(known: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const held = new Set(known.filter(isTrusted).map(({ type }) => type));
  const first = ALGORITHMS.filter(({ type }) => held.has(type));
  const rest = ALGORITHMS.filter(({ type }) => !held.has(type));
  return [...first, ...rest].flatMap(({ names }) => names);
}

/** Nothing is trusted on first use, and a revoked key never. */
export function judgeHostKey(key: Buffer, known: readonly KnownKey[]): HostKeyState {
  const blob = key.toString('base64');
  const same = known.filter((each) => each.blob === blob);
  if (same.some(({ kind }) => kind === 'revoked')) return 'revoked';
  if (same.some(isTrusted)) return 'trusted';
  if (known.some(({ kind }) => kind === 'plain')) return 'changed';
  return known.some(({ kind }) => kind === 'authority') ? 'authority' : 'unknown';
}

function isTrusted({ kind }: KnownKey): boolean {
  return kind === 'plain' || kind === 'without-port';
}

export interface JudgedKey {
  readonly server: string;
  /** What the key belongs to, for example `web-1`, or "jump host bastion". */
  readonly label: Localized;
  readonly place: string;
  readonly key: Buffer;
  readonly known: readonly KnownKey[];
}

/** @returns null where the key is trusted */
export function refuseHostKey(judged: JudgedKey): PortError | null {
  const { server, label, place, key, known } = judged;
  const state = judgeHostKey(key, known);
  if (state === 'trusted') return null;
  const shown = fingerprint(key);
  const sources = known.map(({ source }) => source);
  const trust = `runsheet hosts trust ${server}`;
  return refusal('refused', server, SAID[state]({ label, place, shown, sources, trust }));
}

interface Shown {
  readonly label: Localized;
  readonly place: string;
  readonly shown: string;
  readonly sources: readonly string[];
  readonly trust: string;
}

const SAID: Readonly<Record<Exclude<HostKeyState, 'trusted'>, (shown: Shown) => Diagnostic>> = {
  unknown: ({ label, place, shown, trust }) =>
    diagnose('HOST_KEY_UNKNOWN', 'unverified', { label, place, shown, trust }),
  changed: (all) => diagnose('HOST_KEY_CHANGED', 'changed', { ...all }),
  revoked: ({ label, place, shown, sources }) =>
    diagnose('HOST_KEY_REVOKED', 'revoked', { label, place, shown, sources }),
  authority: (all) => diagnose('HOST_KEY_AUTHORITY', 'certificateOnly', { ...all }),
};
