import { describe, expect, it } from 'vitest';
import {
  buildArgv,
  buildEnvironment,
  toolOf,
} from '../../../src/adapters/docker-build/build-argv.ts';
import { dockerConfig } from '../../../src/adapters/docker-build/docker-config.ts';
import { buildError, pushError } from '../../../src/adapters/docker-build/docker-errors.ts';
import {
  createLineReader,
  excerpt,
  pushedDigest,
} from '../../../src/adapters/docker-build/output.ts';
import type { CommandResult } from '../../../src/ports/command-runner.ts';
import type { BuildRequest, DockerBuildOptions } from '../../../src/ports/image-builder.ts';

const DOCKER: DockerBuildOptions = {
  file: 'Dockerfile',
  platforms: [],
  args: {},
  secrets: {},
  cacheFrom: [],
  cacheTo: [],
};
const REQUEST: BuildRequest = {
  context: '/checkout',
  include: [],
  repository: 'app',
  tag: 'v1',
  labels: { 'runsheet.version': 'v1; rm -rf /' },
};
const CALL = {
  request: REQUEST,
  dockerfile: '/checkout/Dockerfile',
  reference: 'r:5000/app:v1',
  secretFiles: {},
  output: 'load',
} as const;

describe('what docker is called with', () => {
  it('is one word for each value, whatever it holds', () => {
    expect(buildArgv({ ...CALL, tool: 'classic', docker: DOCKER })).toEqual([
      'docker',
      'build',
      '--file=/checkout/Dockerfile',
      '--tag=r:5000/app:v1',
      '--label=runsheet.version=v1; rm -rf /',
      '/checkout',
    ]);
  });

  it('holds every option with buildx', () => {
    const docker = {
      ...DOCKER,
      target: 'prod',
      network: 'none',
      platforms: ['linux/amd64', 'linux/arm64'],
      args: { VERSION: '--v' },
      secrets: { npm: 'secret://npm' },
      cacheFrom: ['r/cache'],
      cacheTo: ['type=inline'],
    };
    const secretFiles = { npm: '/tmp/s/0' };
    expect(buildArgv({ ...CALL, tool: 'buildx', docker, secretFiles, output: 'push' })).toEqual([
      'docker',
      'buildx',
      'build',
      '--progress=plain',
      '--provenance=false',
      '--push',
      '--file=/checkout/Dockerfile',
      '--tag=r:5000/app:v1',
      '--label=runsheet.version=v1; rm -rf /',
      '--build-arg=VERSION=--v',
      '--secret=id=npm,src=/tmp/s/0',
      '--target=prod',
      '--network=none',
      '--platform=linux/amd64,linux/arm64',
      '--cache-from=r/cache',
      '--cache-to=type=inline',
      '/checkout',
    ]);
  });

  it.each([
    ['classic', { secrets: { a: 'secret://a' } }, /secrets/u],
    ['classic', { platforms: ['linux/arm64'] }, /platforms/u],
    ['buildkit', { platforms: ['linux/amd64', 'linux/arm64'] }, /several platforms/u],
    ['buildkit', { cacheTo: ['type=inline'] }, /cache_to/u],
  ] as const)('says what %s cannot do', (tool, options, named) => {
    const build = () => buildArgv({ ...CALL, tool, docker: { ...DOCKER, ...options } });
    expect(build).toThrow(/^BUILDKIT_MISSING: /u);
    expect(build).toThrow(named);
  });

  it.each([
    [true, '28.2.2', 'buildx'],
    [false, '20.10.24+dfsg1', 'buildkit'],
    [false, '18.09.1', 'classic'],
    [false, '28.2.2', 'classic'],
    [false, '', 'classic'],
  ])('buildx %s, client %s: %s', (hasBuildx, version, tool) => {
    expect(toolOf(hasBuildx, version)).toBe(tool);
  });

  it('turns BuildKit off where the client has none', () => {
    expect(buildEnvironment('classic')).toEqual({ DOCKER_BUILDKIT: '0' });
    expect(buildEnvironment('buildkit')).toEqual({ DOCKER_BUILDKIT: '1' });
  });
});

describe('the configuration for one call', () => {
  it("keeps the user's own, and asks no helper for the registry's credentials", () => {
    const own = { currentContext: 'remote', credsStore: 'desktop', auths: { other: {} } };
    const login = { username: 'u', password: 'p:w' };
    expect(JSON.parse(dockerConfig(JSON.stringify(own), 'r:5000', login))).toEqual({
      currentContext: 'remote',
      credsStore: 'desktop',
      credHelpers: { 'r:5000': '' },
      auths: { other: {}, 'r:5000': { auth: Buffer.from('u:p:w').toString('base64') } },
    });
    expect(Object.keys(JSON.parse(dockerConfig('not json', 'r', login)))).toEqual([
      'auths',
      'credHelpers',
    ]);
  });
});

describe('what docker prints', () => {
  it('is told by its last whole line', () => {
    const lines: string[] = [];
    const read = createLineReader((line) => lines.push(line));
    read('#1 a\n#2 [1/');
    read('2] COPY\n');
    read(`\r\n${'x'.repeat(5_000)}\n`);
    read('not yet whole');
    expect(lines).toEqual(['#1 a', '#2 [1/2] COPY', 'x'.repeat(200)]);
  });

  it('names the digest of a push', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(pushedDigest(`abc: Pushed\nv1: digest: ${digest} size: 736\n`)).toBe(digest);
    expect(pushedDigest('abc: Pushed\n')).toBeNull();
  });

  it('is cut to the end, where the reason is', () => {
    const text = excerpt(
      Array.from({ length: 100 }, (_each, at) => `line ${at}`).join('\n'),
      'why\n',
    );
    expect(text.split('\n')).toHaveLength(30);
    expect(text).toMatch(/^line 71\n[\s\S]*why$/u);
  });

  const result = (stderr: string): CommandResult => ({
    exitCode: 1,
    endedBy: 'exit',
    stdout: '',
    stderr,
    truncated: false,
    durationMs: 1,
  });

  it.each([
    ['executor failed running [sh]', 'invalid', /^BUILD_FAILED: .*exit code 1: executor failed/u],
    ['Cannot connect to the Docker daemon at unix:///x', 'unavailable', /^DOCKER_STOPPED: /u],
    [
      'permission denied while trying to connect to the Docker daemon socket',
      'refused',
      /^DOCKER_DENIED: /u,
    ],
    ['write /layer: no space left on device', 'invalid', /^DISK_FULL: /u],
  ])('build: %s', (stderr, kind, message) => {
    expect(buildError('r/app:v1', result(stderr))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['denied: requested access to the resource is denied', 'refused', /^REGISTRY_DENIED: /u],
    ['An image does not exist locally with the tag: r/app', 'not-found', /no image r\/app:v1/u],
    ['received unexpected HTTP status: 503', 'unavailable', /503/u],
    ['read: connection reset by peer', 'unavailable', /reset/u],
  ])('push: %s', (stderr, kind, message) => {
    expect(pushError('r/app:v1', result(stderr))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['denied: requested access to the resource is denied', /^Create it in the registry, or let/u],
    ['denied: repository team/app does not exist', /^Create it in the registry, or let/u],
    ['unauthorized: authentication required', /registry\.password/u],
    ['no basic auth credentials', /registry\.password/u],
  ])('B4 push: what is to be done about %s', (stderr, remedy) => {
    expect(pushError('r/app:v1', result(stderr))).toMatchObject({
      message: expect.stringMatching(/^REGISTRY_DENIED: /u),
      remedy: expect.stringMatching(remedy),
    });
  });
});
