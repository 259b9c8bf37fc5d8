import { createHash } from 'node:crypto';
import { type Dispatcher, getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOciClient } from '../../../src/adapters/registry/oci-client.ts';
import { uploadPlace } from '../../../src/adapters/registry/upload-place.ts';

const REGISTRY = 'https://registry.example';
const UPLOADS = '/v2/team/app/blobs/uploads/';
const RELEASE = 'the release';
const DIGEST = `sha256:${createHash('sha256').update(RELEASE).digest('hex')}`;

interface Seen {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

let former: Dispatcher;
let agent: MockAgent;
let seen: Seen[];
beforeEach(() => {
  former = getGlobalDispatcher();
  agent = new MockAgent();
  agent.disableNetConnect();
  setGlobalDispatcher(agent);
  seen = [];
});
afterEach(async () => {
  setGlobalDispatcher(former);
  await agent.close();
});

/** An origin that answers every request to it, and remembers what it was sent. */
function answers(
  origin: string,
  answer: (method: string, path: string) => { status: number; headers?: object; body?: string },
): void {
  const replied = ({
    method,
    path,
    headers,
  }: {
    method: string;
    path: string;
    headers?: unknown;
  }) => {
    const authorization = new Headers(headers as Record<string, string>).get('authorization');
    seen.push({ origin, method, path, authorization: authorization ?? undefined });
    const { status, headers: given = {}, body = '' } = answer(method, path);
    return { statusCode: status, data: body, responseOptions: { headers: { ...given } } };
  };
  for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
    agent
      .get(origin)
      .intercept({ path: () => true, method })
      .reply(replied)
      .persist();
  }
}

/** A registry that wants Basic credentials and uploads at `location`. */
function serveRegistry(location: string | null): void {
  answers(REGISTRY, (method) => {
    if (method === 'HEAD') return { status: 404 };
    if (method === 'PUT') return { status: 201 };
    return { status: 202, headers: location === null ? {} : { location } };
  });
}

const client = () => createOciClient({ url: REGISTRY });
const upload = () => client().upload('team/app', { digest: DIGEST, body: RELEASE });
const puts = () => seen.filter(({ method }) => method === 'PUT');

describe('G11 the place of an upload', () => {
  it.each([
    [
      'http, behind a proxy that ends TLS',
      `http://registry.example${UPLOADS}1?_state=x`,
      /wants the upload at http:\/\/registry\.example: nothing was sent there/u,
      /X-Forwarded-Proto: https|relativeurls/u,
    ],
    ['another host', 'https://registry:5000/v2/1', /at https:\/\/registry:5000/u, /Host header/u],
    ['another port', 'https://registry.example:8443/1', /:8443/u, /registry\.url .* to https/u],
    ['a host without scheme', '//evil.example/1', /at https:\/\/evil\.example/u, /Host header/u],
    ['a host behind a user', 'https://registry.example@evil.example/', /evil\.example/u, /Host/u],
    ['another protocol', 'ftp://registry.example/1', /at ftp:/u, /Host header/u],
  ])('G11 is refused at %s, and nothing is sent', async (_name, location, message, remedy) => {
    serveRegistry(location);
    for (const origin of ['http://registry.example', 'https://evil.example']) {
      answers(origin, () => ({ status: 201 }));
    }
    await expect(upload()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    expect(seen.map(({ origin, method }) => `${method} ${origin}`)).toEqual([
      `HEAD ${REGISTRY}`,
      `POST ${REGISTRY}`,
    ]);
  });

  it.each([
    ['/v2/team/app/blobs/uploads/1?_state=x', `${UPLOADS}1?_state=x&`],
    ['1', `${UPLOADS}1?`],
    ['../other/1', '/v2/team/app/blobs/other/1?'],
    [`${REGISTRY}:443${UPLOADS}1`, `${UPLOADS}1?`],
    ['https://user:secret@registry.example/1', '/1?'],
  ])('G11 is taken at %s', async (location, path) => {
    serveRegistry(location);
    await upload();
    const sent = `${path}digest=${encodeURIComponent(DIGEST)}`;
    expect(puts().map((each) => [each.origin, each.path])).toEqual([[REGISTRY, sent]]);
  });

  it('G11 is the same for a registry on http: an upgrade says what to set', () => {
    const asked = new URL('http://registry.lan:5000/v2/app/blobs/uploads/');
    expect(() => uploadPlace(asked, 'https://registry.lan/1')).toThrow(
      expect.objectContaining({
        remedy: 'Set registry.url in runsheet.yaml to https://registry.lan.',
      }),
    );
    expect(() => uploadPlace(asked, 'http://registry.lan/1')).toThrow(
      /at http:\/\/registry\.lan:/u,
    );
  });

  it.each([null, 'https://'])('G11 is none at %j', async (location) => {
    serveRegistry(location);
    await expect(upload()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('gives no place to upload to'),
    });
    expect(puts()).toEqual([]);
  });
});

describe('G11 a redirect', () => {
  it('G11 of what is written is not followed', async () => {
    answers(REGISTRY, (method) => {
      if (method === 'HEAD') return { status: 404 };
      if (method === 'POST') return { status: 202, headers: { location: `${UPLOADS}1` } };
      return { status: 307, headers: { location: 'http://registry.example/1' } };
    });
    await expect(upload()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('http://registry.example'),
    });
    expect(puts()).toHaveLength(1);
  });

  const login = async () => ({ username: 'deployer', password: 'open:sesame' });
  const withLogin = () => createOciClient({ url: REGISTRY, login });
  const serveBlobAt = (location: string): void => {
    let asked = 0;
    answers(REGISTRY, () => {
      asked += 1;
      return asked === 1
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }
        : { status: 307, headers: { location } };
    });
  };

  it.each(['https://s3.example/signed?x=1', 'https://other@registry.example:8443/signed?x=1'])(
    'G11 of a blob to %s is followed without credentials',
    async (location) => {
      serveBlobAt(location);
      answers(new URL(location).origin, () => ({ status: 200, body: RELEASE }));
      expect(String(await withLogin().blob('team/app', DIGEST))).toBe(RELEASE);
      expect(seen.at(-1)).toEqual({
        origin: new URL(location).origin,
        method: 'GET',
        path: '/signed?x=1',
        authorization: undefined,
      });
      expect(seen.at(-2)?.authorization).toMatch(/^Basic /u);
    },
  );

  it.each(['http://s3.example/x', 'http://registry.example/x', 'ftp://registry.example/x'])(
    'G11 of a blob to %s is refused',
    async (location) => {
      serveBlobAt(location);
      answers('http://s3.example', () => ({ status: 200, body: RELEASE }));
      answers('http://registry.example', () => ({ status: 200, body: RELEASE }));
      await expect(withLogin().blob('team/app', DIGEST)).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/leads from https to .*: nothing was sent there/u),
      });
      expect(new Set(seen.map(({ origin }) => origin))).toEqual(new Set([REGISTRY]));
    },
  );
});
