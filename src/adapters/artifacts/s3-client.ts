/** The requests of S3 that a store of artifacts makes, signed with Signature Version 4. */
import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { type Dispatcher, request } from 'undici';
import type { PortError } from '../../ports/port-error.ts';
import { denied, notTaken, silent } from './problems.ts';
import {
  errorOf,
  foldersOf,
  markOf,
  nextOf,
  objectsOf,
  parseList,
  type S3Object,
} from './s3-answers.ts';

/** From the request to its answer, and between two pieces of it. */
const ANSWER_LIMIT_MS = 120_000;

export interface S3Options {
  /** `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** `https://host/bucket/key`; else `https://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Asked before each request, so that a key that was replaced is used from then on. */
  readonly login: () => Promise<{ readonly accessKey: string; readonly secretKey: string }>;
  /** By which way requests leave; undefined: directly. */
  readonly dispatcher: Dispatcher | undefined;
}

export interface S3Client {
  put(key: string, content: Buffer): Promise<void>;
  /** null: there is no such object. */
  get(key: string): Promise<Buffer | null>;
  /** As in S3Object; null: there is no such object. */
  markOf(key: string): Promise<string | null>;
  remove(key: string): Promise<void>;
  objectsBelow(prefix: string): AsyncGenerator<S3Object, void>;
  /** What stands between a prefix that ends with a slash and the next slash. */
  foldersBelow(prefix: string): Promise<string[]>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

type Method = 'GET' | 'PUT' | 'HEAD' | 'DELETE';

/** Every request may throw a PortError: `refused` where the keys are not taken or have no right to it. */
export function createS3Client(options: S3Options): S3Client {
  const base = addressOf(options);
  const place = `${new URL(options.endpoint).host}/${options.bucket}`;
  /** null: there is no such object. */
  const ask = async (method: Method, key: string, content?: Buffer): Promise<Answer | null> => {
    const path = key.split('/').map(encoded).join('/');
    const answer = await send(options, { method, url: `${base}/${path}`, content, place });
    if (answer.status < 300) return answer;
    // The answer to HEAD has no body that would name what is missing.
    const isMissing = method === 'HEAD' || errorOf(answer.body).code === 'NoSuchKey';
    if (answer.status === 404 && isMissing) return null;
    throw problemOf(place, answer);
  };
  const pages = async function* (query: Readonly<Record<string, string>>) {
    let more: Readonly<Record<string, string>> | null = {};
    while (more !== null) {
      const asked = Object.entries({ 'list-type': '2', 'encoding-type': 'url', ...query, ...more });
      const words = asked.map(([name, value]) => `${name}=${encoded(value)}`);
      const url = `${base}?${words.join('&')}`;
      const answer = await send(options, { method: 'GET', url, place });
      if (answer.status >= 300) throw problemOf(place, answer);
      const page = parseList(answer.body);
      yield page;
      more = nextOf(page);
    }
  };
  return {
    async put(key, content) {
      await ask('PUT', key, content);
    },
    get: async (key) => (await ask('GET', key))?.body ?? null,
    async markOf(key) {
      const answer = await ask('HEAD', key);
      if (answer === null) return null;
      const { etag, 'last-modified': changed } = answer.headers;
      return markOf(String(etag), String(changed));
    },
    async remove(key) {
      await ask('DELETE', key);
    },
    async *objectsBelow(prefix) {
      for await (const page of pages({ prefix })) yield* objectsOf(page);
    },
    async foldersBelow(prefix) {
      const found: string[] = [];
      for await (const page of pages({ prefix, delimiter: '/' }))
        found.push(...foldersOf(page).map((folder) => folder.slice(prefix.length, -1)));
      return found;
    },
  };
}

interface S3Request {
  readonly method: Method;
  readonly url: string;
  readonly content?: Buffer | undefined;
  readonly place: string;
}

async function send(
  { login, region, dispatcher }: S3Options,
  { method, url, content, place }: S3Request,
): Promise<Answer> {
  const { accessKey, secretKey } = await login();
  const { headers } = await new AwsV4Signer({
    method,
    url,
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    region,
    service: 's3',
    // The signature covers the content: a service that got other bytes refuses them.
    headers: { 'x-amz-content-sha256': sha256(content ?? '') },
  }).sign();
  try {
    const answer = await request(url, {
      method,
      headers: Object.fromEntries(headers),
      body: content ?? null,
      headersTimeout: ANSWER_LIMIT_MS,
      bodyTimeout: ANSWER_LIMIT_MS,
      ...(dispatcher !== undefined && { dispatcher }),
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body };
  } catch (error) {
    throw silent(place, error instanceof Error ? error.message : String(error), error);
  }
}

function problemOf(place: string, { status, body }: Answer): PortError {
  const { text } = errorOf(body);
  const reason = text === '' ? `HTTP ${status}` : text;
  if (status === 401 || status === 403) return denied(place, reason);
  return status >= 500 || status === 429 ? silent(place, reason) : notTaken(place, reason);
}

function addressOf({ endpoint, bucket, pathStyle }: S3Options): string {
  const { protocol, host } = new URL(endpoint);
  return pathStyle ? `${protocol}//${host}/${bucket}` : `${protocol}//${bucket}.${host}`;
}

/** As the signature wants it: everything but letters, digits and `-_.~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
