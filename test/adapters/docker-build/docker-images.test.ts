import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { withDockerConfig } from '../../../src/adapters/docker-build/docker-config.ts';
import { createDockerImages } from '../../../src/adapters/docker-build/docker-images.ts';
import { RedactedSecret } from '../../../src/adapters/secrets/redacted-secret.ts';
import type { Command, CommandResult } from '../../../src/ports/command-runner.ts';
import type {
  BuildRequest,
  DockerBuildOptions,
  EndedBuild,
} from '../../../src/ports/image-builder.ts';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const DOCKER: DockerBuildOptions = {
  file: 'Dockerfile',
  platforms: [],
  args: {},
  secrets: { npm: 'secret://npm' },
  cacheFrom: [],
  cacheTo: [],
};
const REQUEST: BuildRequest = {
  context: tmpdir(),
  include: [],
  repository: 'app',
  tag: 'v1',
  labels: {},
  docker: DOCKER,
};

/** A machine whose `docker` answers as told, and what it was called with. */
function machine(answers: (argv: readonly string[]) => Partial<CommandResult>) {
  const calls: Command[] = [];
  const seen: string[] = [];
  const images = createDockerImages({
    commands: {
      async run(command) {
        calls.push(command);
        for (const word of command.argv) {
          const file = /^--secret=id=npm,src=(.*)$/u.exec(word)?.[1];
          if (file === undefined) continue;
          const mode = ((await stat(file)).mode & 0o777).toString(8);
          const folder = ((await stat(dirname(file))).mode & 0o777).toString(8);
          seen.push(`${await readFile(file, 'utf8')} ${mode} ${folder}`);
        }
        const config = command.env?.['DOCKER_CONFIG'];
        if (config?.startsWith(tmpdir())) {
          const text = await readFile(join(config, 'config.json'), 'utf8');
          const mode = ((await stat(config)).mode & 0o777).toString(8);
          seen.push(`${Object.keys(JSON.parse(text).auths)} ${mode}`);
        }
        const usual: CommandResult = {
          exitCode: 0,
          endedBy: 'exit',
          stdout: '',
          stderr: '',
          truncated: false,
          durationMs: 1,
        };
        return { ...usual, ...answers(command.argv) };
      },
    },
    secrets: { resolve: async () => new RedactedSecret('hunter2') },
    environment: { HOME: '/nowhere', DOCKER_HOST: 'unix:///x', AWS_SECRET: 's', NO_PROXY: 'a' },
    registryHost: 'r:5000',
    login: async () => ({ username: 'u', password: 'pass' }),
    resolver: {
      hosts: ['r:5000'],
      mayUse: async () => undefined,
      resolve: async (_repository, reference) =>
        reference === DIGEST || reference === 'v1'
          ? { digest: DIGEST, labels: {}, platforms: [], createdAtMs: null, sizeBytes: 1 }
          : null,
    },
  });
  return { ...images, calls, seen };
}

const left = async () =>
  (await readdir(tmpdir())).filter((name) => /^runsheet-(?:docker|secrets)-/u.test(name));

it('gives secrets in files of its own user that are gone afterwards, and credentials in no argument', async () => {
  const before = await left();
  const { builder, registry, calls, seen } = machine((argv) => {
    if (argv.includes('inspect')) return { stdout: '1234\n' };
    return argv[1] === 'push' ? { stdout: `v1: digest: ${DIGEST} size: 1` } : {};
  });
  const built = await builder.build(REQUEST);
  expect(built).toEqual({ localReference: 'r:5000/app:v1', sizeBytes: 1234 });
  expect(await registry.push(built.localReference, 'app', 'v1')).toEqual({ digest: DIGEST });
  expect(seen).toContain('hunter2 600 700');
  expect(seen).toContain('r:5000 700');
  expect(await left()).toEqual(before);
  const argvs = JSON.stringify(calls.map(({ argv, env }) => ({ argv, env })));
  expect(argvs).not.toMatch(/hunter2|pass|AWS_SECRET/u);
  expect(calls.at(-1)?.env).toMatchObject({ DOCKER_HOST: 'unix:///x', NO_PROXY: 'a' });
});

it("shares the user's plugins and contexts, and makes no link to what is not there", async () => {
  const own = await mkdtemp(join(tmpdir(), 'runsheet-own-'));
  await mkdir(join(own, 'cli-plugins'));
  const login = { username: 'u', password: 'p' };
  const names = await withDockerConfig(own, 'r', login, (folder) => readdir(folder));
  expect(names.sort()).toEqual(['cli-plugins', 'config.json']);
  await rm(own, { recursive: true });
});

it.each([0, 1])('hands on all that a build printed that ended with %i', async (exitCode) => {
  const { builder } = machine((argv) =>
    argv.includes('version') ? {} : { exitCode, stdout: '#1 done', stderr: 'RUN npm ci' },
  );
  const ended: EndedBuild[] = [];
  const onEnded = async (build: EndedBuild): Promise<void> => void ended.push(build);
  await builder.build({ ...REQUEST, onEnded }).catch(() => undefined);
  expect(ended).toMatchObject([{ exitCode, stdout: '#1 done', stderr: 'RUN npm ci' }]);
  expect(ended[0]?.argv.slice(0, 2)).toEqual(['docker', 'buildx']);
});

it('does not take a push of several platforms for a build', async () => {
  const { builder, registry } = machine(() => ({}));
  let builds = 0;
  const docker = { ...DOCKER, platforms: ['linux/amd64', 'linux/arm64'] };
  const onEnded = async (): Promise<void> => void (builds += 1);
  const { localReference } = await builder.build({ ...REQUEST, docker, onEnded });
  expect(await registry.push(localReference, 'app', 'v1')).toEqual({ digest: DIGEST });
  expect(builds).toBe(1);
});

it('leaves nothing behind where the build fails', async () => {
  const before = await left();
  const { builder } = machine((argv) =>
    argv.includes('version') ? {} : { exitCode: 1, stderr: 'RUN npm ci failed' },
  );
  await expect(builder.build(REQUEST)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('RUN npm ci failed'),
  });
  expect(await left()).toEqual(before);
});

it('finds out once how this machine builds', async () => {
  const { builder, calls } = machine((argv) => {
    if (argv[1] === 'buildx') return { exitCode: 1 };
    return argv[1] === 'version' ? { stdout: '20.10.24\n' } : {};
  });
  await builder.build(REQUEST);
  await builder.build(REQUEST);
  const verbs = calls.map(({ argv }) => argv.slice(1, 3).join(' '));
  expect(verbs.filter((verb) => /^(?:buildx )?version/u.test(verb))).toHaveLength(2);
  expect(verbs.filter((verb) => verb.startsWith('build '))).toHaveLength(2);
  expect(calls.find(({ argv }) => argv[1] === 'build')?.env).toMatchObject({
    DOCKER_BUILDKIT: '1',
  });
});

it('pushes an image of several platforms as it builds it, once', async () => {
  const docker = { ...DOCKER, platforms: ['linux/amd64', 'linux/arm64'] };
  const { builder, registry, calls } = machine(() => ({}));
  const { localReference } = await builder.build({ ...REQUEST, docker });
  expect(calls.some(({ argv }) => argv.includes('--output=type=cacheonly'))).toBe(true);
  expect(await registry.push(localReference, 'app', 'v1')).toEqual({ digest: DIGEST });
  expect(calls.at(-1)?.argv).toContain('--push');
});

it('says so where the registry does not hold what was pushed', async () => {
  const { registry } = machine(() => ({ stdout: `v2: digest: sha256:${'e'.repeat(64)} size: 1` }));
  await expect(registry.push('r:5000/app:v2', 'app', 'v2')).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('was just pushed'),
  });
});

it('stops when the caller does', async () => {
  const { builder } = machine((argv) =>
    argv.includes('version') ? {} : { exitCode: null, endedBy: 'cancelled' },
  );
  const signal = AbortSignal.abort(new Error('cancelled'));
  await expect(builder.build({ ...REQUEST, signal })).rejects.toThrow('cancelled');
});
