import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { CommandResult, CommandRunner } from '../../ports/command-runner.ts';
import type { BuildRequest, DockerBuildOptions, ImageBuilder } from '../../ports/image-builder.ts';
import type { Registry, RegistryLogin } from '../../ports/registry.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { failure } from '../refusal.ts';
import {
  type BuildCall,
  type BuildTool,
  buildArgv,
  buildEnvironment,
  isForSeveralPlatforms,
  toolOf,
} from './build-argv.ts';
import { withDockerConfig } from './docker-config.ts';
import { buildError, pushError } from './docker-errors.ts';
import { withDockerfile } from './dockerfile.ts';
import { createLineReader, pushedDigest } from './output.ts';

export interface DockerImagesOptions {
  readonly commands: CommandRunner;
  readonly secrets: SecretStore;
  /** Of the worker: where its engine is, its proxies, its home. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `host[:port]` to which images are pushed. */
  readonly registryHost: string;
  readonly login?: () => Promise<RegistryLogin>;
  /** What the registry holds, read by our own client. */
  readonly resolver: Pick<Registry, 'hosts' | 'mayUse' | 'resolve'>;
}

export interface DockerImages {
  readonly builder: ImageBuilder;
  readonly registry: Registry;
}

type Watch = Pick<BuildRequest, 'signal' | 'onProgress'>;

const LONGEST_MS = 3_600_000;
const SHORT_MS = 30_000;
/** How `docker` reaches its engine and the world. */
const PASSED_ON =
  /^(?:DOCKER_(?:HOST|CONTEXT|CERT_PATH|TLS_VERIFY|CONFIG|API_VERSION|DEFAULT_PLATFORM)|BUILDX_\w+|BUILDKIT_\w+|SSH_AUTH_SOCK|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)$/u;

/** Container images, built and pushed by the machine's `docker`; what was pushed is read back by us. */
export function createDockerImages(options: DockerImagesOptions): DockerImages {
  let tool: Promise<BuildTool> | null = null;
  const known = (): Promise<BuildTool> => {
    tool ??= detect(options);
    return tool;
  };
  /** What is pushed as it is built, by local reference, until it is pushed. */
  const unpushed = new Map<string, BuildRequest>();

  const build = async (request: BuildRequest, output: BuildCall['output']): Promise<string> => {
    const docker = dockerOf(request);
    const reference = `${options.registryHost}/${request.repository}:${request.tag}`;
    const found = await known();
    const about = { tool: found, request, file: docker.file };
    await withSecretFiles(options.secrets, docker.secrets, (secretFiles) =>
      withDockerfile(about, async (dockerfile) => {
        const call = { tool: found, request, docker, dockerfile, reference, secretFiles, output };
        const argv = buildArgv(call);
        const startedAtMs = Date.now();
        const result = await run(options, argv, request.context, request, {
          ...buildEnvironment(found),
        });
        // To push what was built is no build: it would take the place of what the build printed.
        if (output !== 'push') await request.onEnded?.({ ...result, argv, startedAtMs });
        if (result.exitCode !== 0) throw buildError(reference, result);
      }),
    );
    return reference;
  };

  return {
    builder: {
      async build(request) {
        if (isForSeveralPlatforms(dockerOf(request))) {
          const localReference = await build(request, 'cache');
          unpushed.set(localReference, request);
          return { localReference, sizeBytes: 0 };
        }
        const localReference = await build(request, 'load');
        return { localReference, sizeBytes: await sizeOf(options, localReference) };
      },
    },
    registry: {
      ...options.resolver,
      async push(localReference, repository, tag, watch = {}) {
        const request = unpushed.get(localReference);
        if (request !== undefined) {
          await build({ ...request, ...watch }, 'push');
          unpushed.delete(localReference);
          return confirm(options, repository, tag);
        }
        const result = await run(options, ['docker', 'push', localReference], tmpdir(), watch, {});
        if (result.exitCode !== 0) throw pushError(localReference, result);
        return confirm(options, repository, pushedDigest(result.stdout) ?? tag);
      },
    },
  };
}

/** The registry's own answer. */
async function confirm(
  { resolver }: DockerImagesOptions,
  repository: string,
  reference: string,
): Promise<{ readonly digest: string }> {
  const answered = await resolver.resolve(repository, reference);
  if (answered !== null) return { digest: answered.digest };
  throw failure(repository, diagnose('UNAVAILABLE', 'registryLost', { repository, reference }));
}

/** Once for the life of the worker. */
async function detect(options: DockerImagesOptions): Promise<BuildTool> {
  const ask = (argv: readonly string[]): Promise<CommandResult> =>
    run(options, argv, tmpdir(), {}, {}, SHORT_MS);
  const buildx = await ask(['docker', 'buildx', 'version']);
  if (buildx.exitCode === 0) return 'buildx';
  const version = await ask(['docker', 'version', '--format', '{{.Client.Version}}']);
  return toolOf(false, version.stdout.trim());
}

async function sizeOf(options: DockerImagesOptions, reference: string): Promise<number> {
  const argv = ['docker', 'image', 'inspect', '--format', '{{.Size}}', reference];
  const { stdout } = await run(options, argv, tmpdir(), {}, {}, SHORT_MS);
  return Number(/^\d+$/mu.exec(stdout)?.[0] ?? 0);
}

async function run(
  options: DockerImagesOptions,
  argv: readonly string[],
  cwd: string,
  { signal, onProgress }: Watch,
  environment: Readonly<Record<string, string>>,
  timeoutMs = LONGEST_MS,
): Promise<CommandResult> {
  const passedOn = Object.entries(options.environment).filter(
    (entry): entry is [string, string] => PASSED_ON.test(entry[0]) && entry[1] !== undefined,
  );
  const call = async (env: Readonly<Record<string, string>>): Promise<CommandResult> => {
    const result = await options.commands.run({
      argv,
      cwd,
      env: { ...Object.fromEntries(passedOn), ...environment, ...env },
      timeoutMs,
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onOutput: createLineReader(onProgress) }),
    });
    signal?.throwIfAborted();
    return result;
  };
  if (options.login === undefined) return call({});
  const { DOCKER_CONFIG, HOME = tmpdir() } = options.environment;
  const own = DOCKER_CONFIG ?? join(HOME, '.docker');
  const login = await options.login();
  return withDockerConfig(own, options.registryHost, login, (folder) =>
    call({ DOCKER_CONFIG: folder }),
  );
}

/** Each value in a file that only this user reads, as long as the build takes. */
async function withSecretFiles(
  secrets: SecretStore,
  references: Readonly<Record<string, string>>,
  work: (files: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  if (Object.keys(references).length === 0) return work({});
  // mkdtemp makes it for its owner alone.
  const folder = await mkdtemp(join(tmpdir(), 'runsheet-secrets-'));
  try {
    const files: Record<string, string> = {};
    for (const [index, [id, reference]] of Object.entries(references).entries()) {
      const file = join(folder, String(index));
      await writeFile(file, (await secrets.resolve(reference)).reveal(), { mode: 0o600 });
      files[id] = file;
    }
    await work(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function dockerOf({ docker, repository }: BuildRequest): DockerBuildOptions {
  if (docker !== undefined) return docker;
  throw failure(repository, diagnose('INVALID', 'dockerUnsaid', { repository }));
}
