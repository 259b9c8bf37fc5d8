import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthorization } from '../../../src/adapters/registry/authorization.ts';
import { createOciClient } from '../../../src/adapters/registry/oci-client.ts';
import { createImageResolver } from '../../../src/adapters/registry/oci-registry.ts';

const USER = { username: 'deployer', password: 'open:sesame' };
const BASIC = `Basic ${Buffer.from('deployer:open:sesame').toString('base64')}`;
const digestOf = (content: string) =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(handler: Handler): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, authorization: headers.authorization });
    handler(request, response, new URL(url, 'http://x'));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const login = async () => USER;
const end = (response: ServerResponse, status: number, headers = {}, body = ''): void => {
  response.writeHead(status, headers);
  response.end(body);
};

/** A registry behind a token service; each of its tokens holds for one scope. */
async function serveWithTokens(expiresIn?: number) {
  const tokens = await serve((request, response, url) => {
    if (request.headers.authorization !== BASIC) return end(response, 401);
    const token = Buffer.from(`${url.searchParams.get('scope')}`).toString('base64url');
    end(response, 200, {}, JSON.stringify({ token, expires_in: expiresIn }));
  });
  const registry = await serve((request, response, url) => {
    const [, repository = ''] = /^\/v2\/(.*)\/(?:manifests|blobs)\//u.exec(url.pathname) ?? [];
    const action = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push';
    const scope = `repository:${repository}:${action}`;
    const wanted = `Bearer ${Buffer.from(scope).toString('base64url')}`;
    if (request.headers.authorization === wanted) return end(response, 404);
    const challenge = `Bearer realm="${tokens.url}/token",service="reg",scope="${scope}"`;
    end(response, 401, { 'www-authenticate': challenge });
  });
  return { tokens, registry };
}

describe('tokens', () => {
  it('are fetched once for a scope, with the credentials, and sent at once from then on', async () => {
    const { tokens, registry } = await serveWithTokens(300);
    const client = createOciClient({ url: registry.url, login });
    expect(await client.manifest('team/app', 'v1')).toBeNull();
    expect(await client.manifest('team/app', 'v2')).toBeNull();
    expect(tokens.seen.map(({ url }) => url)).toEqual([
      '/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull',
    ]);
    expect(registry.seen.map(({ authorization }) => authorization !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    expect(await client.manifest('team/other', 'v1')).toBeNull();
    expect(tokens.seen).toHaveLength(2);
  });

  it('are fetched again when their time is over', async () => {
    const { tokens, registry } = await serveWithTokens(5);
    const client = createOciClient({ url: registry.url, login });
    await client.manifest('team/app', 'v1');
    await client.manifest('team/app', 'v1');
    expect(tokens.seen).toHaveLength(2);
  });

  it('are never asked for over http by a registry on https', async () => {
    const authorization = createAuthorization({ url: new URL('https://r.example'), login });
    const challenge = 'Bearer realm="http://r.example/token"';
    await expect(authorization.answer('', challenge)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('from https to http://r.example'),
    });
  });

  it('are asked for once: who gets none is refused, and no secret is in the message', async () => {
    const { registry } = await serveWithTokens();
    const wrong = createOciClient({
      url: registry.url,
      login: async () => ({ username: 'deployer', password: 'wrong-secret' }),
    });
    const failed = await wrong.manifest('team/app', 'v1').catch((error: unknown) => error);
    expect(failed).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^REGISTRY_DENIED: the token service .* gives no token \(401\)/u,
      ),
    });
    expect(JSON.stringify(failed) + String(failed)).not.toContain('wrong-secret');
  });
});

describe('Basic', () => {
  const basic: Handler = (request, response) => {
    if (request.headers.authorization === BASIC) end(response, 200, {}, '{}');
    else end(response, 401, { 'www-authenticate': 'Basic realm="x"' });
  };

  it('is sent when asked for, and at once from then on', async () => {
    const registry = await serve(basic);
    const client = createOciClient({ url: registry.url, login });
    await client.mayUse('app', 'pull');
    await client.mayUse('app', 'pull');
    expect(registry.seen.map(({ authorization }) => authorization)).toEqual([
      undefined,
      BASIC,
      BASIC,
      BASIC,
      BASIC,
    ]);
  });

  it('is refused by name where there are no credentials', async () => {
    const registry = await serve(basic);
    await expect(
      createOciClient({ url: registry.url }).mayUse('app', 'pull'),
    ).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^REGISTRY_DENIED: .* does not let the worker in \(401\)\.$/u),
    });
    expect(registry.seen).toHaveLength(1);
  });
});

describe('B4 a repository that is not there yet', () => {
  /** Gives a token to whoever has the right password; what may be done shows only when it is used. */
  async function serveHidden(pushes: boolean, tokenStatus = 200) {
    const made = new Set<string>();
    const tokens = await serve((request, response, url) => {
      if (request.headers.authorization !== BASIC) return end(response, 401);
      const scope = url.searchParams.get('scope') ?? '';
      const isGiven = scope === '' || (pushes && !scope.endsWith(':pull'));
      const token = `t${Buffer.from(scope).toString('hex')}`;
      end(response, isGiven ? 200 : tokenStatus, {}, JSON.stringify({ token }));
    });
    const registry = await serve((request, response) => {
      const { method = '', url = '' } = request;
      const denied = (status = 401): void =>
        end(
          response,
          status,
          { 'www-authenticate': `Bearer realm="${tokens.url}/token",service="r"` },
          '{"errors":[{"code":"DENIED","message":"insufficient_scope"}]}',
        );
      if (request.headers.authorization === undefined) return denied();
      request.resume();
      if (url === '/v2/') return end(response, 200, {}, '{}');
      if (method === 'DELETE') return end(response, 204);
      if (method === 'PUT' && url.includes('/blobs/')) return end(response, 201);
      if (method === 'POST' && pushes) {
        made.add('team/new');
        return end(response, 202, { location: '/v2/team/new/blobs/uploads/1' });
      }
      if (made.has('team/new') && (method === 'GET' || method === 'HEAD'))
        return end(response, 404);
      denied();
    });
    return createOciClient({ url: registry.url, login });
  }
  const noPassword = expect.not.stringContaining('password');
  const hidden = {
    kind: 'not-found',
    message: expect.stringMatching(/takes the login and shows no team\/new/u),
    remedy: noPassword,
  };

  it.each([200, 403, 404])('is not shown, and no password is in question (%i)', async (status) => {
    const client = await serveHidden(true, status);
    await expect(client.manifest('team/new', 'v1')).rejects.toMatchObject(hidden);
    await expect(client.mayUse('team/new', 'pull')).rejects.toMatchObject(hidden);
  });

  it('is pushed: whether it may be, the push decides', async () => {
    const client = await serveHidden(true);
    await client.mayUse('team/new', 'push');
    const config = '{}';
    await client.upload('team/new', { digest: digestOf(config), body: config });
    expect(await client.manifest('team/new', 'v1')).toBeNull();
  });

  it.each([200, 403])('and may not be pushed, says what is to be done (%i)', async (status) => {
    const client = await serveHidden(false, status);
    const refused = {
      kind: 'refused',
      message: expect.stringMatching(/takes the login and does not let it push team\/new/u),
      remedy: noPassword,
    };
    await expect(client.mayUse('team/new', 'push')).rejects.toMatchObject(refused);
    const blob = { digest: digestOf('x'), body: 'x' };
    await expect(client.upload('team/new', blob)).rejects.toMatchObject(refused);
  });

  it('does ask for the password where it is wrong, or none is given', async () => {
    const { registry } = await serveWithTokens();
    const logins = [undefined, async () => ({ username: 'deployer', password: 'wrong' })];
    for (const each of logins) {
      const client = createOciClient({ url: registry.url, ...(each && { login: each }) });
      await expect(client.manifest('team/new', 'v1')).rejects.toMatchObject({
        kind: 'refused',
        remedy: expect.stringContaining('registry.password'),
      });
    }
  });
});

describe('what our user may do', () => {
  /** only the repository `ours` may be pushed; what is begun there is counted. */
  const begun = new Set<string>();
  const rights: Handler = (request, response) => {
    const { method = '', url = '' } = request;
    if (url === '/v2/') return end(response, 200, {}, '{}');
    if (url.startsWith('/v2/secret/')) return end(response, 403, {}, '{"errors":[]}');
    if (method === 'HEAD') return end(response, 404, {});
    if (!url.startsWith('/v2/ours/')) return end(response, 403, {});
    if (method === 'POST') {
      begun.add('/v2/ours/blobs/uploads/1');
      return end(response, 202, { location: '/v2/ours/blobs/uploads/1' });
    }
    if (method === 'DELETE') begun.delete(url);
    return end(response, method === 'DELETE' ? 204 : 405, {});
  };

  it('is asked without leaving anything in a repository that is not there yet', async () => {
    const client = createOciClient({ url: (await serve(rights)).url });
    await client.mayUse('ours', 'pull');
    await client.mayUse('ours', 'push');
    expect(begun.size).toBe(0);
  });

  it.each([
    ['secret', 'pull'],
    ['theirs', 'push'],
  ] as const)('is refused by name: %s, %s', async (repository, right) => {
    const client = createOciClient({ url: (await serve(rights)).url });
    await expect(client.mayUse(repository, right)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        new RegExp(`^REGISTRY_DENIED: .* for ${repository} \\(403`, 'u'),
      ),
    });
  });

  it('may be pushed where the registry cannot cancel what was begun', async () => {
    const registry = await serve((request, response) => {
      if (request.method === 'POST') return end(response, 202, { location: '/v2/x/uploads/1' });
      end(response, request.method === 'DELETE' ? 405 : 200, {});
    });
    await expect(
      createOciClient({ url: registry.url }).mayUse('x', 'push'),
    ).resolves.toBeUndefined();
  });

  it('is not asked of what is no registry', async () => {
    const website = await serve((_request, response) => end(response, 404, {}, 'not here'));
    await expect(createOciClient({ url: website.url }).mayUse('app', 'pull')).rejects.toMatchObject(
      { message: expect.stringContaining('is no registry') },
    );
  });
});

describe('redirects', () => {
  it('of a blob are followed without giving the credentials to another host', async () => {
    const storage = await serve((_request, response) => end(response, 200, {}, 'hello'));
    const registry = await serve((request, response) => {
      if (request.headers.authorization !== BASIC) {
        return end(response, 401, { 'www-authenticate': 'Basic' });
      }
      end(response, 307, { location: `${storage.url}/signed?x=1` });
    });
    const client = createOciClient({ url: registry.url, login });
    expect((await client.blob('app', digestOf('hello')))?.toString()).toBe('hello');
    expect(storage.seen).toEqual([{ method: 'GET', url: '/signed?x=1', authorization: undefined }]);
  });

  it('without end are given up', async () => {
    const registry = await serve((_request, response) =>
      end(response, 302, { location: '/v2/again' }),
    );
    await expect(
      createOciClient({ url: registry.url }).blob('app', digestOf('x')),
    ).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('redirects without end'),
    });
  });
});

describe('what a registry sends', () => {
  it('must have the digest that it was asked for', async () => {
    const registry = await serve((_request, response) => end(response, 200, {}, 'other'));
    const client = createOciClient({ url: registry.url });
    const tampered = { kind: 'invalid', message: expect.stringMatching(/^DIGEST_MISMATCH: /u) };
    await expect(client.blob('app', digestOf('x'))).rejects.toMatchObject(tampered);
    await expect(client.manifest('app', digestOf('x'))).rejects.toMatchObject(tampered);
    const folder = await mkdtemp(join(tmpdir(), 'runsheet-oci-'));
    await expect(client.download('app', digestOf('x'), join(folder, 'f'))).rejects.toMatchObject(
      tampered,
    );
    await rm(folder, { recursive: true });
  });

  it('is bounded in size', async () => {
    const registry = await serve((_request, response) => {
      response.writeHead(200);
      response.on('error', () => undefined);
      for (let mebibytes = 0; mebibytes < 5; mebibytes += 1)
        response.write(Buffer.alloc(1024 * 1024));
      response.end();
    });
    await expect(
      createOciClient({ url: registry.url }).manifest('app', 'v1'),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^TOO_LARGE: /u),
    });
  });

  it('is bounded in time', async () => {
    const registry = await serve(() => undefined);
    await expect(
      createOciClient({ url: registry.url, timeoutMs: 100 }).mayUse('app', 'pull'),
    ).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('within 100 ms'),
    });
  });

  it.each([
    [429, 'unavailable'],
    [503, 'unavailable'],
    [403, 'refused'],
    [400, 'invalid'],
  ])('as status %i is %s', async (status, kind) => {
    const registry = await serve((_request, response) => end(response, status, {}, 'because'));
    await expect(
      createOciClient({ url: registry.url }).manifest('app', 'v1'),
    ).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(String(status)),
    });
  });

  it('stops when the caller does, and leaves a half file to nobody', async () => {
    const registry = await serve((_request, response) => {
      response.writeHead(200);
      response.write('begun');
    });
    const folder = await mkdtemp(join(tmpdir(), 'runsheet-oci-'));
    const stop = new AbortController();
    const client = createOciClient({ url: registry.url });
    const file = join(folder, 'f');
    const download = client.download('app', digestOf('x'), file, stop.signal);
    const outcome = expect(download).rejects.toThrow('cancelled');
    await expect.poll(() => readdir(folder)).not.toEqual([]);
    stop.abort(new Error('cancelled'));
    await outcome;
    expect(await readFile(file, 'utf8').catch(() => '')).toMatch(/^(?:begun)?$/u);
    await rm(folder, { recursive: true });
  });
});

describe('uploads', () => {
  it('send a file in pieces, whole again after the registry has asked who it is', async () => {
    const content = 'x'.repeat(3_000_000);
    const folder = await mkdtemp(join(tmpdir(), 'runsheet-oci-'));
    const file = join(folder, 'blob');
    await writeFile(file, content);
    const sent: (readonly [length: string | undefined, digest: string])[] = [];
    const registry = await serve((request, response) => {
      if (request.method === 'HEAD') return end(response, 404);
      if (request.method === 'POST') return end(response, 202, { location: '/uploads/1' });
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => {
        sent.push([request.headers['content-length'], `sha256:${hash.digest('hex')}`]);
        const isKnown = request.headers.authorization === BASIC;
        end(response, isKnown ? 201 : 401, { 'www-authenticate': 'Basic realm="r"' });
      });
    });
    const client = createOciClient({ url: registry.url, login });
    const digest = digestOf(content);
    await client.upload('app', { digest, body: { file, sizeBytes: content.length } });
    expect(sent).toEqual([
      ['3000000', digest],
      ['3000000', digest],
    ]);
    await rm(folder, { recursive: true });
  });

  it('go where the registry says, and not twice', async () => {
    const blobs = new Set<string>();
    const registry = await serve((request, response, url) => {
      if (request.method === 'HEAD') return end(response, blobs.has(url.pathname) ? 200 : 404);
      if (request.method === 'POST')
        return end(response, 202, { location: '/elsewhere/1?state=a%2Bb' });
      request.resume();
      request.on('end', () => {
        blobs.add(`/v2/app/blobs/${url.searchParams.get('digest')}`);
        end(response, 201);
      });
    });
    const client = createOciClient({ url: registry.url });
    await client.upload('app', { digest: digestOf('hello'), body: 'hello' });
    await client.upload('app', { digest: digestOf('hello'), body: 'hello' });
    const place = `/elsewhere/1?state=a%2Bb&digest=${encodeURIComponent(digestOf('hello'))}`;
    expect(registry.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `HEAD /v2/app/blobs/${digestOf('hello')}`,
      'POST /v2/app/blobs/uploads/',
      `PUT ${place}`,
      `HEAD /v2/app/blobs/${digestOf('hello')}`,
    ]);
  });
});

describe('an image for several platforms', () => {
  const text = (value: object) => JSON.stringify(value);
  const configOf = (architecture: string, created: string) =>
    text({
      os: 'linux',
      architecture,
      created,
      config: { Labels: { a: architecture, broken: 2 } },
    });
  const imageOf = (config: string, size: number, annotations?: object) =>
    text({
      schemaVersion: 2,
      config: { mediaType: 'c', digest: digestOf(config), size: config.length },
      layers: [
        { mediaType: 'l', digest: digestOf('1'), size },
        { mediaType: 'l', digest: digestOf('2'), size: 5 },
      ],
      annotations,
    });
  const entry = (image: string, os: string, architecture: string) => ({
    mediaType: 'm',
    digest: digestOf(image),
    size: image.length,
    platform: { os, architecture },
  });
  const arm = configOf('arm64', '1970-01-01T00:00:00Z');
  const amd = configOf('amd64', '2024-01-15T08:00:00.123456789Z');
  const armImage = imageOf(arm, 7);
  const amdImage = imageOf(amd, 9, { a: 'annotation', b: 'annotation' });
  const index = text({
    schemaVersion: 2,
    manifests: [
      entry('attestation', 'unknown', 'unknown'),
      entry(armImage, 'linux', 'arm64'),
      entry(amdImage, 'linux', 'amd64'),
    ],
  });

  async function resolver(pullHost?: string) {
    const all = [arm, amd, armImage, amdImage, index];
    const held = new Map(all.map((each) => [digestOf(each), each]));
    const tags = new Map([
      ['v1', index],
      ['single', amdImage],
    ]);
    const registry = await serve((_request, response, url) => {
      const reference = url.pathname.split('/').at(-1) ?? '';
      const found = tags.get(reference) ?? held.get(reference);
      end(response, found === undefined ? 404 : 200, {}, found);
    });
    return createImageResolver(createOciClient({ url: registry.url }), pullHost);
  }

  it('is read as the usual platform gets it, under the digest of the index', async () => {
    expect(await (await resolver()).resolve('app', 'v1')).toEqual({
      digest: digestOf(index),
      labels: { a: 'amd64', b: 'annotation' },
      platforms: ['linux/arm64', 'linux/amd64'],
      createdAtMs: Date.UTC(2024, 0, 15, 8, 0, 0, 123),
      sizeBytes: 14,
    });
  });

  it('is read as the platform gets it that is asked for; 1970 is no time', async () => {
    expect(await (await resolver()).resolve('app', 'v1', 'linux/arm64')).toMatchObject({
      digest: digestOf(index),
      labels: { a: 'arm64' },
      createdAtMs: null,
      sizeBytes: 12,
    });
  });

  it('and one for a single platform says which', async () => {
    expect(await (await resolver()).resolve('app', 'single', 'linux/arm64')).toMatchObject({
      digest: digestOf(amdImage),
      platforms: ['linux/amd64'],
    });
  });

  it('is called by the host of servers too, and by the short name of the hub', async () => {
    expect((await resolver('images.example:443')).hosts.slice(1)).toEqual(['images.example:443']);
    const hub = createOciClient({ url: 'https://registry-1.docker.io' });
    expect(createImageResolver(hub).hosts).toEqual(['registry-1.docker.io', 'docker.io']);
  });
});
