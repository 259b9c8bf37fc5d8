/** Images on their way to a real server, and what may happen to them there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { docker, machine } from '../support/machine.ts';
import { RegistryFront } from '../support/registry-front.ts';
import { until } from '../support/shell.ts';
import { pushImage } from './support/images.ts';
import { openPlace, type Place, SERVICE } from './support/place.ts';
import { expectRefused } from './support/refused.ts';
import { LOGIN, startOwnRegistry } from './support/registry.ts';
import { TcpFront } from './support/tcp-front.ts';

const REPOSITORY = 'docker/refusals';
const MIB = 1024 * 1024;
const ZEROS = `sha256:${'0'.repeat(64)}`;

let place: Place;
let v1: string;

beforeAll(async () => {
  v1 = await pushImage(REPOSITORY, 'v1');
  place = await openPlace({ repository: REPOSITORY });
});
afterEach(() => place.server.reset());
afterAll(() => place?.close());

const name = () => place.server.name;
const mayPull = (options = {}) => place.another(options).runtime.mayPull(name(), SERVICE);
const pullOf = (digest: string, options = {}) =>
  place.another(options).runtime.pull(name(), SERVICE, { repository: REPOSITORY, digest }, {});

describe('before a pull', () => {
  it('the registry is asked, and nothing is fetched', async () => {
    await mayPull();
    expect((await place.runtime.inspect(name(), SERVICE)).present).toEqual([]);
  });

  it('a repository that is not there yet may be used', async () => {
    await expect(mayPull({ repository: 'docker/new' })).resolves.toBeUndefined();
  });

  it('a registry that the server cannot reach is told of', async () => {
    const front = await TcpFront.start();
    const registryHost = front.address;
    await front.close();
    await expect(mayPull({ registryHost })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(registryHost),
    });
  });
});

describe('a pull', () => {
  it('of an image that is missing', () =>
    expectRefused(
      name(),
      pullOf(ZEROS),
      'not-found',
      'IMAGE_MISSING',
      [ZEROS],
      /Build and push it again/u,
    ));

  it('of an image whose bytes are others', async () => {
    const front = await RegistryFront.start();
    front.faults = { corrupt: true };
    try {
      const attempt = pullOf(v1, { registryHost: front.address });
      await expectRefused(
        name(),
        attempt,
        'invalid',
        'DIGEST_MISMATCH',
        [v1],
        /Check the registry/u,
      );
      expect((await place.runtime.inspect(name(), SERVICE)).present).toEqual([]);
    } finally {
      await front.close();
    }
  });

  it('takes the password of the registry along, and leaves it nowhere', async () => {
    const own = await startOwnRegistry('password');
    const front = await TcpFront.start(own.host);
    try {
      const local = `${machine().pushRegistry}/${REPOSITORY}:v1`;
      const guarded = `${own.host}/${REPOSITORY}:v1`;
      const config = mkdtempSync(join(tmpdir(), 'runsheet-lab-login-'));
      const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
      writeFileSync(
        join(config, 'config.json'),
        JSON.stringify({ auths: { [own.host]: { auth } } }),
      );
      await docker('tag', local, guarded);
      await docker('--config', config, 'push', '-q', guarded);
      await docker('rmi', guarded);
      rmSync(config, { recursive: true });

      const registryHost = front.address;
      await expectRefused(
        name(),
        pullOf(v1, { registryHost }),
        'refused',
        'REGISTRY_DENIED',
        [],
        /registry\.password/u,
      );
      const wrong = async () => ({ ...LOGIN, password: 'wrong-secret' });
      const attempt = pullOf(v1, { registryHost, login: wrong });
      await expectRefused(name(), attempt, 'refused', 'REGISTRY_DENIED', [], /registry\.password/u);
      for (const options of [{}, { login: wrong }]) {
        const asked = mayPull({ registryHost, ...options });
        await expectRefused(name(), asked, 'refused', 'REGISTRY_DENIED', [], /registry\.password/u);
      }
      await mayPull({ registryHost, login: async () => LOGIN });
      await pullOf(v1, { registryHost, login: async () => LOGIN });
      expect(await place.shell(`docker images -q ${front.address}/${REPOSITORY}`)).not.toBe('');
      expect(await place.shell('cat /root/.docker/config.json 2>/dev/null || echo none')).toBe(
        'none',
      );
    } finally {
      await front.close();
      await own.close();
    }
  });

  it('onto a disk that is full', async () => {
    const large = await pushImage(REPOSITORY, 'large', { layers: [48 * MIB] });
    const fill =
      'fallocate -l $(($(df -B1 --output=avail /var/lib/docker | tail -1) - 41943040)) /var/lib/docker/ballast';
    await place.shell(fill);
    await expectRefused(name(), pullOf(large), 'invalid', 'DISK_FULL', [], /Make room/u);
  });

  it('while the engine is restarted may be tried again', async () => {
    const slow = await pushImage(REPOSITORY, 'slow', { layers: [6 * MIB] });
    const front = await TcpFront.start();
    front.bytesPerSecond = MIB;
    try {
      const attempt = pullOf(slow, { registryHost: front.address });
      const refused = expectRefused(
        name(),
        attempt.catch(withCode),
        'unavailable',
        'LOST',
        [],
        /Docker/u,
      );
      await until('the layer is on its way', () => front.bytes > MIB);
      await place.shell('kill -9 $(cat /run/docker.pid); rm -f /run/docker.pid');
      await refused;
      front.bytesPerSecond = Number.POSITIVE_INFINITY;
      await place.server.untilEngineAnswers();
      await pullOf(slow, { registryHost: front.address });
    } finally {
      await front.close();
    }
  });

  it('goes on where it was when its connection to the registry is reset', async () => {
    const layers = [2 * MIB, 8 * MIB];
    const digest = await pushImage(REPOSITORY, 'two-layers', { layers });
    const front = await TcpFront.start();
    front.bytesPerSecond = 2 * MIB;
    try {
      const told: string[] = [];
      const attempt = place
        .another({ registryHost: front.address })
        .runtime.pull(
          name(),
          SERVICE,
          { repository: REPOSITORY, digest },
          { onProgress: (text) => told.push(text) },
        );
      await until('most of it is there', () => front.bytes > 6 * MIB);
      front.cut();
      await attempt;
      const whole = await sizeOf(digest);
      // Less than twice: what was there was not fetched again.
      expect(front.bytes).toBeLessThan(whole * 1.5);
      expect(told.at(-1)).toMatch(/^\d+ of \d+ layers, \d+ of \d+ MB$/u);
    } finally {
      await front.close();
    }
  });

  it('whose own connection to the server is lost may be tried again', async () => {
    const digest = await pushImage(REPOSITORY, 'lost', { layers: [6 * MIB] });
    const front = await TcpFront.start();
    front.bytesPerSecond = MIB;
    const { runtime } = place.another({ registryHost: front.address });
    const pull = () => runtime.pull(name(), SERVICE, { repository: REPOSITORY, digest }, {});
    try {
      const attempt = pull();
      const failed = expect(attempt).rejects.toMatchObject({
        name: 'PortError',
        kind: 'unavailable',
      });
      await until('the layer is on its way', () => front.bytes > MIB);
      await place.shell('ss -K dport = :22 >/dev/null 2>&1; pkill -f "sshd: root" || :');
      await failed;
      front.bytesPerSecond = Number.POSITIVE_INFINITY;
      await pull();
    } finally {
      await front.close();
    }
  });

  it('ends when it is cancelled, at the engine too', async () => {
    const digest = await pushImage(REPOSITORY, 'cancelled', { layers: [8 * MIB] });
    const front = await TcpFront.start();
    front.bytesPerSecond = MIB;
    const { runtime } = place.another({ registryHost: front.address });
    const stop = new AbortController();
    try {
      const image = { repository: REPOSITORY, digest };
      const attempt = runtime.pull(name(), SERVICE, image, { signal: stop.signal });
      const failed = expect(attempt).rejects.toThrow('enough');
      await until('the layer is on its way', () => front.bytes > MIB);
      stop.abort(new Error('enough'));
      await failed;
      let before = -1;
      const isQuiet = (): boolean => {
        const isSame = front.bytes === before;
        before = front.bytes;
        return isSame;
      };
      await until('nothing more comes for a second', isQuiet, 5_000, 1_000);
      expect(front.bytes).toBeLessThan(8 * MIB);
    } finally {
      await front.close();
    }
  });
});

/** What a lost connection says has no code of its own: it may be tried again. */
function withCode(error: unknown): never {
  if (error instanceof Error) error.message = `LOST: ${error.message}`;
  throw error;
}

async function sizeOf(digest: string): Promise<number> {
  const url = `http://${machine().pushRegistry}/v2/${REPOSITORY}/manifests/${digest}`;
  const accept = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest: unknown = await (await fetch(url, { headers: { accept } })).json();
  const { layers } = manifest as { readonly layers: readonly { readonly size: number }[] };
  return layers.reduce((sum, { size }) => sum + size, 0);
}
