/** Credentials for a registry, as it asks for them: Basic, or a token of its token service. */
import type { Dispatcher } from 'undici';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import type { RegistryLogin } from '../../ports/registry.ts';
import { refusal } from '../refusal.ts';
import { type Challenge, readChallenge } from './challenge.ts';
import { notShown } from './denials.ts';
import { downgraded, send } from './http-client.ts';

export interface AuthorizationOptions {
  readonly url: URL;
  /** Resolved whenever credentials are sent; absent: the registry is asked without. */
  readonly login?: () => Promise<RegistryLogin>;
  readonly dispatcher?: Dispatcher | undefined;
  readonly now?: () => number;
}

export interface Authorization {
  /** The header for such a request as far as it is known beforehand; null: none. */
  known(scope: string): Promise<string | null>;
  /** The header that a refusal (401) asks for; null: there is none to give. */
  answer(scope: string, header: string | readonly string[] | undefined): Promise<string | null>;
}

const TOKEN_TIMEOUT_MS = 10_000;
const TOKEN_BYTES = 1024 * 1024;
/** What the protocol says where a token does not say how long it holds. */
const DEFAULT_SECONDS = 60;
/** A token is not used in its last seconds: it has to hold until the request is through. */
const MARGIN_SECONDS = 5;
/** A token service that knows the user answers so for what that user may not do. */
const MAY_NOT = new Set([403, 404]);
const MOST_TOKENS = 1_000;

/** Tokens are kept as long as they hold, one for each scope, and written nowhere. */
export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { url, login, dispatcher, now = Date.now } = options;
  const tokens = new Map<string, { readonly header: string; readonly untilMs: number }>();
  let basic = false;

  const basicHeader = async (): Promise<string | null> => {
    if (login === undefined) return null;
    const { username, password } = await login();
    return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  };
  const fetchToken = async (
    scope: string,
    challenge: Extract<Challenge, { kind: 'bearer' }>,
  ): Promise<string> => {
    const realm = new URL(challenge.realm);
    const isKept = realm.protocol === url.protocol || realm.protocol === 'https:';
    if (!isKept) throw downgraded(url, realm);
    realm.username = '';
    realm.password = '';
    if (challenge.service !== null) realm.searchParams.set('service', challenge.service);
    const wanted = challenge.scope ?? scope;
    if (wanted !== '') realm.searchParams.set('scope', wanted);
    const authorization = await basicHeader();
    const answer = await send({
      method: 'GET',
      url: realm,
      timeoutMs: TOKEN_TIMEOUT_MS,
      maximumBytes: TOKEN_BYTES,
      dispatcher,
      ...(authorization !== null && { headers: { authorization } }),
    });
    const repository = /^repository:(.*):([a-z,*]+)$/u.exec(scope);
    if (MAY_NOT.has(answer.status) && authorization !== null && repository !== null) {
      const [, name = '', actions = ''] = repository;
      const said = `${answer.status}`;
      throw notShown(url, { repository: name, said, isRead: actions === 'pull' });
    }
    if (answer.status !== 200) throw tokenRefused(url, realm, answer.status);
    const { token, seconds } = readToken(answer.body.toString('utf8'));
    if (token === null) throw tokenRefused(url, realm, answer.status);
    const header = `Bearer ${token}`;
    if (tokens.size >= MOST_TOKENS) tokens.clear();
    tokens.set(scope, { header, untilMs: now() + (seconds - MARGIN_SECONDS) * 1000 });
    return header;
  };

  return {
    async known(scope) {
      const kept = tokens.get(scope);
      if (kept !== undefined && kept.untilMs > now()) return kept.header;
      return basic ? basicHeader() : null;
    },
    async answer(scope, header) {
      tokens.delete(scope);
      const challenge = readChallenge(header);
      if (challenge?.kind === 'bearer') return fetchToken(scope, challenge);
      if (challenge?.kind !== 'basic') return null;
      basic = true;
      return basicHeader();
    },
  };
}

function readToken(text: string): { readonly token: string | null; readonly seconds: number } {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // No JSON: no token.
  }
  const token = fieldOf(value, 'token') ?? fieldOf(value, 'access_token');
  const seconds = fieldOf(value, 'expires_in');
  return {
    token: typeof token === 'string' && /^[\w.~+/=-]+$/u.test(token) ? token : null,
    seconds: typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_SECONDS,
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function tokenRefused(url: URL, realm: URL, status: number): PortError {
  const kind = status >= 500 || status === 429 ? 'unavailable' : 'refused';
  const named = { realm: realm.origin, registry: url.origin, status };
  return refusal(kind, url.host, diagnose('REGISTRY_DENIED', 'token', named));
}
