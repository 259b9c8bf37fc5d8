import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate that is its own authority, for one name: `ca.pem` and `key.pem` in the folder. */
export async function issueCertificate(
  folder: string,
  name: string,
): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const made = ['-keyout', key, '-out', certificate];
  const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...made];
  await promisify(execFile)('openssl', ['req', ...options]);
  return { key: await readFile(key), cert: await readFile(certificate) };
}
