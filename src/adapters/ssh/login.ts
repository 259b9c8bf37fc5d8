/** One login: host key checked against what is known, then keys offered. Nothing is trusted on first use. */

import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';
import type { Localized } from '../../diagnostics/language.ts';
import type { PortError } from '../../ports/port-error.ts';
import { phrase } from '../refusal.ts';
import type { Endpoint } from './endpoint.ts';
import { loginRefused, type SshFault, unavailable, unreachable } from './errors.ts';
import { algorithmsFor, pinnedKeys, refuseHostKey } from './host-key.ts';
import { authHandler, type KeyReader, type Offers } from './identities.ts';
import { type KnownKey, readKeysOf } from './known-hosts.ts';

export interface LoginOptions {
  readonly keys: KeyReader;
  readonly keepaliveMs: number;
  /** The stream through the jump host; null: a connection of its own. */
  readonly through: Duplex | null;
}

export interface LoggedIn {
  readonly client: Client;
  /** Resolves once, when the connection has ended for whatever reason. */
  readonly ended: Promise<PortError>;
}

/** So many pings without an answer, and the connection counts as lost. */
export const KEEPALIVE_MISSES = 3;

/** @throws PortError `unavailable` where trying again may help, `refused` where it does not */
export async function login(endpoint: Endpoint, options: LoginOptions): Promise<LoggedIn> {
  const known = await keysKnownFor(endpoint);
  const offers = await options.keys.offersFor(endpoint);
  if (options.through?.destroyed === true)
    throw unavailable(endpoint.server, { zh: '通往它的连接断了', en: 'the way to it broke' });
  const client = new Client();
  const sock = options.through ?? open(endpoint);
  const attempt = new Attempt(endpoint, known, offers);
  return new Promise<LoggedIn>((resolve, reject) => {
    const ended = new Promise<PortError>((end) => {
      let failure: PortError | null = null;
      const lose = (error: SshFault): void => {
        failure ??= attempt.explain(error);
        reject(failure);
        end(failure);
        // Half of it would stay open where nobody answers any more.
        sock.destroy();
      };
      client.on('error', lose);
      // Half of it may stay open for a while, and nothing can be asked over it any more.
      client.once('end', () => lose(new Error('the server closed it')));
      client.once('close', () => lose(new Error('it was closed')));
    });
    client.once('handshake', () => attempt.enter('login'));
    client.once('ready', () => {
      attempt.enter('ready');
      resolve({ client, ended });
    });
    client.connect({
      sock,
      username: endpoint.user,
      readyTimeout: endpoint.connectTimeoutMs,
      keepaliveInterval: options.keepaliveMs,
      keepaliveCountMax: KEEPALIVE_MISSES,
      // Stream-local forwards are OpenSSH's; a server that has none of them says so itself.
      strictVendor: false,
      algorithms: { serverHostKey: algorithmsFor(known) },
      hostVerifier: (key: Buffer) => attempt.verify(key),
      authHandler: authHandler(endpoint.user, offers.offers, (left) => attempt.exhaust(left)),
    });
  });
}

/** Where runsheet.yaml names a server's keys, only these; a revoked key is refused all the same. */
export async function keysKnownFor(endpoint: Endpoint): Promise<readonly KnownKey[]> {
  const { knownHostsFiles, place, placeWithoutPort } = endpoint;
  const found = await readKeysOf(knownHostsFiles, place, placeWithoutPort);
  if (endpoint.hostKeys.length === 0) return found;
  return [...pinnedKeys(endpoint.hostKeys), ...found.filter(({ kind }) => kind === 'revoked')];
}

/** Without it each small packet waits for the former one's acknowledgement (48 ms an exec, 6 ms with). */
export function open({ host, port }: Endpoint): Socket {
  return connect({ host, port, noDelay: true });
}

/** How far a login has come, so that its failure can be told in the right words. */
class Attempt {
  private phase: 'network' | 'login' | 'ready' = 'network';
  private refusedKey: PortError | null = null;
  private methodsLeft: readonly string[] | null = null;
  private readonly endpoint: Endpoint;
  private readonly known: readonly KnownKey[];
  private readonly offers: Offers;

  constructor(endpoint: Endpoint, known: readonly KnownKey[], offers: Offers) {
    this.endpoint = endpoint;
    this.known = known;
    this.offers = offers;
  }

  enter(phase: 'login' | 'ready'): void {
    this.phase = phase;
  }

  verify(key: Buffer): boolean {
    const { server, label, place } = this.endpoint;
    this.refusedKey = refuseHostKey({ server, label, place, key, known: this.known });
    return this.refusedKey === null;
  }

  exhaust(methodsLeft: readonly string[]): void {
    this.methodsLeft = methodsLeft;
  }

  explain(error: SshFault): PortError {
    if (this.refusedKey !== null) return this.refusedKey;
    if (this.phase === 'ready') {
      const silent = error.level === 'client-timeout';
      const reason = silent ? STOPPED : phrase(error.message);
      return unavailable(this.endpoint.label, reason, error);
    }
    const isRefusal = this.methodsLeft !== null || (this.phase === 'login' && hungUp(error));
    if (!isRefusal) return unreachable(this.endpoint, error);
    const names = this.offers.offers.map(({ name }) => name);
    return loginRefused(this.endpoint, names, this.offers.notes, this.methodsLeft ?? []);
  }
}

const STOPPED: Localized = { zh: '它不再应答', en: 'it stopped answering' };

/** SSH_DISCONNECT_PROTOCOL_ERROR during a login is OpenSSH's "too many authentication failures". */
function hungUp({ code }: SshFault): boolean {
  return code === 2;
}
