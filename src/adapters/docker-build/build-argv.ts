/** What `docker` is called with: pure, so that a test can read it. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { BuildRequest, DockerBuildOptions } from '../../ports/image-builder.ts';
import { refusal } from '../refusal.ts';

/** buildx: BuildKit with everything; buildkit: older clients' own way to it; classic: without. */
export type BuildTool = 'buildx' | 'buildkit' | 'classic';

export interface BuildCall {
  readonly tool: BuildTool;
  readonly request: BuildRequest;
  readonly docker: DockerBuildOptions;
  readonly dockerfile: string;
  /** `host/repository:tag`. */
  readonly reference: string;
  /** Secret id → file that holds its value. */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** load: into the local engine; cache: nowhere yet; push: to the registry. */
  readonly output: 'load' | 'cache' | 'push';
}

const OUTPUTS = { load: '--load', cache: '--output=type=cacheonly', push: '--push' } as const;

/** @throws PortError BUILDKIT_MISSING where this machine's docker cannot do what is asked */
export function buildArgv(call: BuildCall): readonly string[] {
  const { tool, request, docker, reference } = call;
  assertCan(tool, docker);
  const isBuildx = tool === 'buildx';
  return [
    ...(isBuildx ? ['docker', 'buildx', 'build'] : ['docker', 'build']),
    ...(tool === 'classic' ? [] : ['--progress=plain']),
    // One platform, one manifest: its digest is what servers pull.
    ...(isBuildx ? ['--provenance=false', OUTPUTS[call.output]] : []),
    `--file=${call.dockerfile}`,
    `--tag=${reference}`,
    ...Object.entries(request.labels).map(([name, value]) => `--label=${name}=${value}`),
    ...Object.entries(docker.args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(call.secretFiles).map(([id, file]) => `--secret=id=${id},src=${file}`),
    ...(docker.target === undefined ? [] : [`--target=${docker.target}`]),
    ...(docker.network === undefined ? [] : [`--network=${docker.network}`]),
    ...(docker.platforms.length === 0 ? [] : [`--platform=${docker.platforms.join(',')}`]),
    ...docker.cacheFrom.map((each) => `--cache-from=${each}`),
    ...docker.cacheTo.map((each) => `--cache-to=${each}`),
    request.context,
  ];
}

export function buildEnvironment(tool: BuildTool): Readonly<Record<string, string>> {
  return { DOCKER_BUILDKIT: tool === 'classic' ? '0' : '1' };
}

/** An image of several platforms is in no local engine: it goes to the registry as it is built. */
export function isForSeveralPlatforms({ platforms }: DockerBuildOptions): boolean {
  return platforms.length > 1;
}

/** @param version of the client, for example `20.10.24+dfsg1` */
export function toolOf(hasBuildx: boolean, version: string): BuildTool {
  if (hasBuildx) return 'buildx';
  const major = Number(/^(\d+)\./u.exec(version)?.[1] ?? Number.NaN);
  // From version 23 on the client goes to BuildKit by buildx alone.
  return major >= 19 && major < 23 ? 'buildkit' : 'classic';
}

function assertCan(tool: BuildTool, docker: DockerBuildOptions): void {
  const wanted = [
    ...(tool !== 'buildx' && isForSeveralPlatforms(docker) ? ['several platforms'] : []),
    ...(tool !== 'buildx' && docker.cacheTo.length > 0 ? ['cache_to'] : []),
    ...(tool === 'classic' && Object.keys(docker.secrets).length > 0 ? ['secrets'] : []),
    ...(tool === 'classic' && docker.platforms.length > 0 ? ['platforms'] : []),
  ];
  if (wanted.length === 0) return;
  throw refusal('invalid', 'docker build', diagnose('BUILDKIT_MISSING', 'buildx', { wanted }));
}
