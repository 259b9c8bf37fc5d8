/** Ed25519 signatures with a key in a file, which is made where there is none. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Seal } from '../../ports/seal.ts';

export interface FileSealOptions {
  /** The private key, PKCS#8 in PEM. Public keys, `*.pub` in PEM, are taken from its folder. */
  readonly keyFile: string;
  /** Whether the key is made where it is missing; otherwise that is refused. */
  readonly makeKey: boolean;
  /** One text for one value. */
  readonly canonical: (value: unknown) => string;
}

interface OwnKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

const KEY_ID_CHARACTERS = 16;

/**
 * The key is read at once, and its public half is left beside it: a later key then still verifies what
 * this one has signed. Public keys are read anew where one is missing.
 * @returns null where the file holds no Ed25519 private key that can be read
 */
export async function createFileSeal(options: FileSealOptions): Promise<Seal | null> {
  const { keyFile, canonical } = options;
  const opened = await openKey(options);
  if (opened === null) return null;
  const { id, privateKey } = opened;
  const verifier = await verifierIn(dirname(keyFile), canonical, createPublicKey(privateKey));
  return {
    sign: async (value) => {
      const text = Buffer.from(canonical(value));
      return { key: id, value: sign(null, text, privateKey).toString('base64url') };
    },
    verify: verifier.verify,
  };
}

/**
 * Verifies with the public keys of a folder, and signs nothing.
 * @returns null where there is none
 */
export async function createFileVerifier({
  folder,
  canonical,
}: Pick<FileSealOptions, 'canonical'> & { readonly folder: string }): Promise<Seal | null> {
  const { verify: verifyWith, isEmpty } = await verifierIn(folder, canonical, null);
  if (isEmpty) return null;
  const sign = (): Promise<never> => Promise.reject(new Error('there is no private key here'));
  return { sign, verify: verifyWith };
}

interface Verifier extends Pick<Seal, 'verify'> {
  readonly isEmpty: boolean;
}

async function verifierIn(
  folder: string,
  canonical: FileSealOptions['canonical'],
  own: KeyObject | null,
): Promise<Verifier> {
  let known = await publicKeysIn(folder, own);
  return {
    isEmpty: known.size === 0,
    async verify(value, signature) {
      if (!known.has(signature.key)) known = await publicKeysIn(folder, own);
      const key = known.get(signature.key);
      if (key === undefined) return 'unknown-key';
      const bytes = Buffer.from(signature.value, 'base64url');
      return verify(null, Buffer.from(canonical(value)), key, bytes) ? 'good' : 'changed';
    },
  };
}

async function openKey({ keyFile, makeKey: mayMake }: FileSealOptions): Promise<OwnKey | null> {
  const pem = (await readText(keyFile)) ?? (mayMake ? await makeKey(keyFile) : null);
  const privateKey = pem === null ? null : parsed(pem, createPrivateKey);
  if (privateKey === null) return null;
  const publicKey = createPublicKey(privateKey);
  const id = idOf(publicKey);
  if (mayMake) {
    const text = publicKey.export({ type: 'spki', format: 'pem' });
    await writeFile(join(dirname(keyFile), `seal-${id}.pub`), text, { mode: 0o644 });
  }
  return { id, privateKey };
}

/** Whole or not at all: of two workers that begin at once, one makes it and both read that. */
async function makeKey(keyFile: string): Promise<string> {
  const folder = dirname(keyFile);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${randomUUID()}.part`);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  try {
    await link(draft, keyFile);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(keyFile, 'utf8');
}

async function publicKeysIn(
  folder: string,
  own: KeyObject | null,
): Promise<ReadonlyMap<string, KeyObject>> {
  const keys = new Map(own === null ? [] : [[idOf(own), own]]);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.pub'))) {
    const key = parsed((await readText(join(folder, name))) ?? '', createPublicKey);
    if (key !== null) keys.set(idOf(key), key);
  }
  return keys;
}

/** null: not there, or not to be read. */
function readText(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

/** null: no Ed25519 key. */
function parsed(pem: string, parse: (pem: string) => KeyObject): KeyObject | null {
  try {
    const key = parse(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

function idOf(publicKey: KeyObject): string {
  const bytes = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(bytes).digest('hex').slice(0, KEY_ID_CHARACTERS);
}
