/** A key set of ours, as an identity provider publishes one, and the tokens that it signs. */
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const KEY_ID = 'runsheet-test';
const LIFE_SECONDS = 3_600;

export interface TokenOptions {
  /** As Temporal's default claim mapper reads them: `namespace:role`, `temporal-system:role`. */
  readonly permissions: readonly string[];
  readonly subject?: string;
  /** Negative: it has expired. */
  readonly lifeSeconds?: number;
}

export class KeySet {
  readonly url: string;
  readonly #server: Server;
  readonly #key: KeyObject;

  private constructor(server: Server, key: KeyObject) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    this.#server = server;
    this.#key = key;
  }

  static async publish(): Promise<KeySet> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' };
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [key] }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new KeySet(server, privateKey);
  }

  token({ permissions, subject = 'runsheet', lifeSeconds = LIFE_SECONDS }: TokenOptions): string {
    return signed(this.#key, {
      sub: subject,
      permissions,
      exp: Math.floor(Date.now() / 1000) + lifeSeconds,
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** As from somebody else's key of the same name. */
export function foreignToken({ permissions }: TokenOptions): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const exp = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
  return signed(privateKey, { sub: 'somebody', permissions, exp });
}

function signed(key: KeyObject, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'ES256', typ: 'JWT', kid: KEY_ID })}.${part(claims)}`;
  const signature = createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
