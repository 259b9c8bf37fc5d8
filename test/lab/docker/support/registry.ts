/** A registry of a test's own: Debian's, on loopback, open, behind a password, or behind tokens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../support/free-port.ts';
import { run, until } from '../../support/shell.ts';

export const LOGIN = { username: 'deployer', password: 'open:sesame' };
/** htpasswd of LOGIN: bcrypt, which is all that the registry takes. */
const BASIC = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;

export interface OwnRegistry {
  readonly url: string;
  readonly host: string;
  /** How often the token service gave a token. */
  readonly tokens: () => number;
  close(): Promise<void>;
}

export type Guard = 'open' | 'password' | 'tokens';

export async function startOwnRegistry(guard: Guard): Promise<OwnRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'runsheet-lab-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const service = guard === 'tokens' ? await startTokenService(folder) : null;
  const auth =
    guard === 'open'
      ? ''
      : guard === 'password'
        ? `auth: {htpasswd: {realm: lab, path: ${await passwordFile(folder)}}}\n`
        : `auth: {token: {realm: "${service?.url}", service: lab, issuer: lab, rootcertbundle: ${join(folder, 'cert.pem')}}}\n`;
  const file = join(folder, 'registry.yml');
  writeFileSync(
    file,
    `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${join(folder, 'data')}}}\nhttp: {addr: "${host}"}\n${auth}`,
  );
  const child: ChildProcess = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  const answers = () =>
    fetch(`http://${host}/v2/`).then(
      () => true,
      () => false,
    );
  await until('the registry answers', answers);
  return {
    url: `http://${host}`,
    host,
    tokens: () => service?.given() ?? 0,
    async close() {
      child.kill();
      await service?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Made by perl's crypt, where libcrypt knows bcrypt. */
async function passwordFile(folder: string): Promise<string> {
  const file = join(folder, 'htpasswd');
  const program = 'print crypt($ARGV[0], q($2y$05$) . "abcdefghijklmnopqrstuu")';
  const hash = await run(['perl', '-e', program, LOGIN.password]);
  writeFileSync(file, `${LOGIN.username}:${hash}\n`);
  return file;
}

/** Signs what the registry believes: who asks with the password may do what he asks for. */
async function startTokenService(folder: string) {
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const request = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'];
  await run([...request, '-subj', '/CN=lab', '-keyout', key, '-out', cert]);
  const chain = new X509Certificate(readFileSync(cert)).raw.toString('base64');
  let given = 0;
  const server: Server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '', 'http://x');
    if (asked.headers.authorization !== BASIC) {
      answer.writeHead(401).end();
      return;
    }
    given += 1;
    const [type, name, actions = ''] = (url.searchParams.get('scope') ?? '').split(':');
    const nowSeconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'lab',
      aud: 'lab',
      sub: LOGIN.username,
      exp: nowSeconds + 300,
      nbf: nowSeconds - 10,
      iat: nowSeconds,
      jti: String(given),
      access: name === undefined ? [] : [{ type, name, actions: actions.split(',') }],
    };
    const token = sign(
      { typ: 'JWT', alg: 'RS256', x5c: [chain] },
      claims,
      readFileSync(key, 'utf8'),
    );
    answer.end(JSON.stringify({ token, expires_in: 300 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/token`,
    given: () => given,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function sign(header: object, claims: object, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}
