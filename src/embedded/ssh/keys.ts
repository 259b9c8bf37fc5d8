import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';

/** An Ed25519 key pair in OpenSSH's form. */
export interface StoredKey {
  readonly file: string;
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
  readonly parsed: ParsedKey;
}

const MAXIMUM_ATTEMPTS = 10;

/** Reads the key of this name, or creates it the first time; readable by this user only. */
export async function openKey(folder: string, name: string): Promise<StoredKey> {
  const file = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const privateKey = await readFile(file, 'utf8').catch(() => null);
  if (privateKey !== null) return storedKey(file, privateKey);
  await writeFile(file, newPrivateKey(), { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return storedKey(file, await readFile(file, 'utf8'));
}

/** Of a thousand keys, ssh2 writes three in a form that neither it nor OpenSSH can read (measured). */
export function newPrivateKey(generate = generateEd25519): string {
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
    const key = generate();
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
  throw new Error(`no readable SSH key in ${MAXIMUM_ATTEMPTS} attempts`);
}

function generateEd25519(): string {
  return ssh2.utils.generateKeyPairSync('ed25519').private;
}

function storedKey(file: string, privateKey: string): StoredKey {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw new Error(`${file} holds no SSH key: ${parsed.message}`);
  const publicKey = `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
  return { file, privateKey, publicKey, parsed };
}
