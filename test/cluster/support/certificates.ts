import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lab/support/shell.ts';

export interface ServerCertificate {
  readonly authorityFile: string;
  readonly authority: Buffer;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** An authority and a server's certificate from it: clients refuse one that is its own authority. */
export async function issueServerCertificate(
  folder: string,
  name: string,
): Promise<ServerCertificate> {
  const at = (file: string): string => join(folder, file);
  const [authorityFile, authorityKey] = [at('authority.pem'), at('authority-key.pem')];
  const [certificateFile, keyFile] = [at('server.pem'), at('server-key.pem')];
  const request = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  const files = (certificate: string, key: string) => ['-out', certificate, '-keyout', key];
  await run([...request, '-subj', '/CN=Test authority', ...files(authorityFile, authorityKey)]);
  const extensions = [`subjectAltName=DNS:${name}`, 'basicConstraints=CA:FALSE'];
  const subject = ['-subj', `/CN=${name}`, ...extensions.flatMap((each) => ['-addext', each])];
  const signer = ['-CA', authorityFile, '-CAkey', authorityKey];
  await run([...request, ...subject, ...signer, ...files(certificateFile, keyFile)]);
  return { authorityFile, authority: readFileSync(authorityFile), certificateFile, keyFile };
}
