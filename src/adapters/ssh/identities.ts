/** Which keys are offered to a machine, and in which order: files first, then what the agent has. */

import { readFile, stat } from 'node:fs/promises';
import ssh2, { type AuthHandlerMiddleware, type BaseAgent, type ParsedKey } from 'ssh2';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import { PortError } from '../../ports/port-error.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { refusal } from '../refusal.ts';
import type { Endpoint } from './endpoint.ts';

/** sshd counts each refused key and hangs up after six (MaxAuthTries). */
const MOST_KEYS = 5;
const AGENT_LIMIT_MS = 5_000;
const MOST_REMEMBERED = 64;

export type Offer =
  | { readonly name: string; readonly key: ParsedKey }
  | { readonly name: string; readonly agent: BaseAgent };

export interface Offers {
  readonly offers: readonly Offer[];
  /** Why keys that were thought of are not among them. */
  readonly notes: readonly Localized[];
}

export interface KeyReader {
  /** @throws PortError for a key that somebody named and that cannot be used */
  offersFor(endpoint: Endpoint): Promise<Offers>;
}

/** Opened keys are remembered while their file is the same: opening one with a passphrase takes a second. */
export function createKeyReader(secrets: SecretStore | null): KeyReader {
  const opened = new Map<string, ParsedKey>();
  const openKey: OpenKey = async (file, passphrase) => {
    const { mtimeMs, size } = await stat(file);
    const id = `${file}\0${mtimeMs}\0${size}\0${passphrase ?? ''}`;
    const known = opened.get(id);
    if (known !== undefined) return known;
    const secret = passphrase === null ? undefined : await resolved(secrets, passphrase);
    const key = ssh2.utils.parseKey(await readFile(file), secret);
    if (key instanceof Error) throw key;
    if (!key.isPrivateKey()) throw new Error('it is a public key');
    if (opened.size >= MOST_REMEMBERED) opened.clear();
    opened.set(id, key);
    return key;
  };
  return { offersFor: (endpoint) => gather(endpoint, openKey) };
}

type OpenKey = (file: string, passphrase: string | null) => Promise<ParsedKey>;

async function resolved(secrets: SecretStore | null, reference: string): Promise<string> {
  if (secrets === null) throw new Error(`nobody here can resolve ${reference}`);
  return (await secrets.resolve(reference)).reveal();
}

async function gather(endpoint: Endpoint, openKey: OpenKey): Promise<Offers> {
  const { files, named, passphrase, only, agentSocket } = endpoint.identities;
  const notes: Localized[] = [];
  const agent = await agentKeys(agentSocket, notes);
  const offers: Offer[] = [];
  for (const file of files) {
    try {
      offers.push({ name: file, key: await openKey(file, passphrase) });
    } catch (error) {
      const held = await heldByAgent(file, agent);
      if (held !== null) offers.push(held);
      else if (named) throw unusable(endpoint, file, error);
      else if (!isMissing(error)) notes.push(note(file, file, error));
    }
  }
  const rest = only ? [] : agent.filter((each) => !offers.some(({ name }) => name === each.name));
  return { offers: [...offers, ...rest].slice(0, MOST_KEYS), notes };
}

/** The key of a file that cannot be opened here may be in the agent: its public half says so. */
async function heldByAgent(file: string, agent: readonly AgentKey[]): Promise<Offer | null> {
  if (agent.length === 0) return null;
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '');
  const blob = text.split(/\s+/u)[1] ?? '';
  return agent.find((each) => each.blob === blob) ?? null;
}

interface AgentKey {
  readonly name: string;
  readonly blob: string;
  readonly agent: BaseAgent;
}

async function agentKeys(socket: string | null, notes: Localized[]): Promise<readonly AgentKey[]> {
  if (socket === null || socket === '') return [];
  const agent = new ssh2.OpenSSHAgent(socket);
  try {
    const keys = await listKeys(agent);
    return keys.map((key) => {
      const blob = key.getPublicSSH().toString('base64');
      const name = `ssh-agent ${key.comment || key.type}`;
      return { name, blob, agent: agentOfOneKey(socket, key) };
    });
  } catch (error) {
    notes.push(note(`agent ${socket}`, `the agent at ${socket}`, error));
    return [];
  }
}

function note(zh: string, en: string, error: unknown): Localized {
  const reason = reasonOf(error);
  return { zh: `${zh}：${reason}`, en: `${en}: ${reason}` };
}

function listKeys(agent: ssh2.OpenSSHAgent): Promise<readonly ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${AGENT_LIMIT_MS} ms`)),
      AGENT_LIMIT_MS,
    );
    agent.getIdentities((error, keys) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve((keys ?? []).flatMap((each) => ('getPublicSSH' in each ? [each] : [])));
    });
  });
}

/** ssh2 offers every key of an agent; a server hangs up after a few. */
function agentOfOneKey(socket: string, key: ParsedKey): BaseAgent {
  class AgentOfOneKey extends ssh2.OpenSSHAgent {
    override getIdentities(done: ssh2.IdentityCallback<ParsedKey>): void {
      done(undefined, [key]);
    }
  }
  return new AgentOfOneKey(socket);
}

/** Offers each key once. @param onEnd told what the server would still take when no key is left */
export function authHandler(
  user: string,
  offers: readonly Offer[],
  onEnd: (methodsLeft: readonly string[]) => void,
): AuthHandlerMiddleware {
  const left = [...offers];
  return (methodsLeft, _partial, next) => {
    const takesKeys = !Array.isArray(methodsLeft) || methodsLeft.includes('publickey');
    const offer = takesKeys ? left.shift() : undefined;
    if (offer === undefined) {
      onEnd(methodsLeft ?? []);
      // ssh2 takes `false` for "none left", which its types leave out.
      return false;
    }
    if ('key' in offer) return next({ type: 'publickey', username: user, key: offer.key });
    return next({ type: 'agent', username: user, agent: offer.agent });
  };
}

function unusable(endpoint: Endpoint, file: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const { server, identities, label } = endpoint;
  const key = { label, file };
  const { passphrase } = identities;
  const reason = reasonOf(error);
  const diagnostic = isMissing(error)
    ? diagnose('KEY_UNUSABLE', 'missing', { ...key, server })
    : passphrase === null
      ? diagnose('KEY_UNUSABLE', 'unreadable', { ...key, server, reason })
      : diagnose('KEY_UNUSABLE', 'passphrase', { ...key, passphrase, reason });
  return refusal('refused', server, diagnostic, { cause: error });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
