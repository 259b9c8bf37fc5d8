/** Images built and pushed by the machine's docker to a registry that wants a password. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDockerImages } from '../../../src/adapters/docker-build/docker-images.ts';
import { createCommandRunner } from '../../../src/adapters/process/command-runner.ts';
import { createOciClient } from '../../../src/adapters/registry/oci-client.ts';
import { createImageResolver } from '../../../src/adapters/registry/oci-registry.ts';
import { RedactedSecret } from '../../../src/adapters/secrets/redacted-secret.ts';
import type { BuildRequest, DockerBuildOptions } from '../../../src/ports/image-builder.ts';
import { machine, docker as onEngine } from '../support/machine.ts';
import { LOGIN, type OwnRegistry, startOwnRegistry } from './support/registry.ts';

const SERVICE = fileURLToPath(new URL('../service', import.meta.url));

let registry: OwnRegistry;
let folder: string;
let images: ReturnType<typeof createDockerImages>;

beforeAll(async () => {
  registry = await startOwnRegistry('password');
  folder = mkdtempSync(join(tmpdir(), 'runsheet-lab-build-'));
  cpSync(SERVICE, folder, { recursive: true });
  images = imagesWith(LOGIN);
});
afterAll(async () => {
  await onEngine('image', 'rm', '-f', `${registry.host}/team/app:v1`).catch(() => '');
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function imagesWith(login: typeof LOGIN): ReturnType<typeof createDockerImages> {
  const environment = { ...process.env, DOCKER_HOST: machine().dockerHost, HOME: folder };
  return createDockerImages({
    commands: createCommandRunner({ environment }),
    secrets: { resolve: async () => new RedactedSecret('npm-secret') },
    environment,
    registryHost: registry.host,
    login: async () => login,
    resolver: createImageResolver(createOciClient({ url: registry.url, login: async () => LOGIN })),
  });
}

function requestOf(more: Partial<BuildRequest> = {}): BuildRequest {
  return {
    context: folder,
    include: [],
    repository: 'team/app',
    tag: 'v1',
    labels: { 'runsheet.version': 'v1', 'runsheet.revision': 'abc' },
    docker: dockerOptions(),
    ...more,
  };
}

function dockerOptions(): DockerBuildOptions {
  return {
    file: 'Dockerfile',
    platforms: [],
    args: { BASE: machine().baseImage },
    secrets: {},
    cacheFrom: [],
    cacheTo: [],
  };
}

describe('the machine', () => {
  it('builds, pushes, and reads back what the registry holds', async () => {
    const told: string[] = [];
    const built = await images.builder.build(requestOf({ onProgress: (line) => told.push(line) }));
    expect(built.localReference).toBe(`${registry.host}/team/app:v1`);
    expect(built.sizeBytes).toBeGreaterThan(1_000_000);
    const { digest } = await images.registry.push(built.localReference, 'team/app', 'v1', {
      onProgress: (line) => told.push(line),
    });
    expect(told.length).toBeGreaterThan(3);
    const held = await images.registry.resolve('team/app', 'v1');
    expect(held).toMatchObject({
      digest,
      labels: { 'runsheet.version': 'v1', 'runsheet.revision': 'abc' },
    });
    expect(held?.sizeBytes).toBeGreaterThan(1_000_000);
    // Its own configuration, and nothing of ours in it.
    expect(readdirSync(folder)).not.toContain('.docker');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('runsheet-docker-'))).toEqual([]);
  });

  it('says why a build failed', async () => {
    writeFileSync(join(folder, 'Broken'), 'FROM scratch\nCOPY nothing.txt /\n');
    const docker = { ...dockerOptions(), file: 'Broken' };
    await expect(images.builder.build(requestOf({ docker }))).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/^BUILD_FAILED: [\s\S]*nothing\.txt/u),
    });
  });

  it('is refused with another password, and told of an image that it does not have', async () => {
    const { localReference } = await images.builder.build(requestOf());
    const wrong = imagesWith({ ...LOGIN, password: 'wrong-secret' });
    const refused = await wrong.registry
      .push(localReference, 'team/app', 'v1')
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^REGISTRY_DENIED: /u),
    });
    expect(String(refused)).not.toContain('wrong-secret');
    await expect(
      images.registry.push(`${registry.host}/team/app:never`, 'team/app', 'never'),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('is stopped in the middle of a build', async () => {
    writeFileSync(
      join(folder, 'Endless'),
      `ARG BASE\nFROM $BASE\nCOPY service.pl /srv/\nRUN ["/usr/bin/perl", "-e", "sleep 60"]\n`,
    );
    const docker = { ...dockerOptions(), file: 'Endless', network: 'none' };
    const stop = new AbortController();
    const onProgress = (line: string): void => {
      if (/RUN/u.test(line)) stop.abort(new Error('enough'));
    };
    const began = performance.now();
    const building = images.builder.build(requestOf({ docker, signal: stop.signal, onProgress }));
    await expect(building).rejects.toThrow('enough');
    expect(performance.now() - began).toBeLessThan(40_000);
  });

  it('gives a secret to the build, and to nothing that stays', async () => {
    writeFileSync(
      join(folder, 'Secret'),
      `# syntax is not fetched\nARG BASE\nFROM $BASE\nRUN --mount=type=secret,id=npm ["/usr/bin/perl", "-e", "open F, '/run/secrets/npm'; $s = <F>; exit($s eq 'npm-secret' ? 0 : 9)"]\n`,
    );
    const secrets = { npm: 'secret://npm' };
    const docker = { ...dockerOptions(), file: 'Secret', network: 'none', secrets };
    const attempt = images.builder.build(requestOf({ docker }));
    const hasBuildKit = await attempt.then(
      () => true,
      (error: unknown) => {
        // Without buildx the machine says so, and builds nothing without the secret.
        expect(error).toMatchObject({
          message: expect.stringMatching(/^BUILDKIT_MISSING: .*secrets/u),
        });
        return false;
      },
    );
    if (hasBuildKit) {
      const history = await onEngine('history', '--no-trunc', `${registry.host}/team/app:v1`);
      expect(history).not.toContain('npm-secret');
    }
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('runsheet-secrets-'))).toEqual(
      [],
    );
  });
});
