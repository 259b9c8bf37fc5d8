/** What a release runs with: composed of the settings of its run, and turned into its start. */
import { createHash } from 'node:crypto';
import type { ManifestFile, ReleaseManifest } from '../../plan/manifest.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import type { ReleaseStart } from '../../ports/container-runtime.ts';
import { containerOptions } from './container.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import type { Started } from './manifest-file.ts';
import { fill, placeholderValues, reveal } from './render.ts';

/** How a release is run. */
export type ReleaseSettings = Pick<
  ProjectSettings,
  'image' | 'runtime' | 'container' | 'files' | 'health' | 'balancer'
>;

/** @throws ApplicationFailure BAD_CONFIGURATION for a `${name}` without a value */
export async function composeManifest(
  ports: ServerPorts,
  input: OnServer,
  settings: ReleaseSettings,
  { digest, version, runId }: Required<Started>,
): Promise<ReleaseManifest> {
  const { image, runtime, health, balancer } = settings;
  const { project, service, environment } = input.run;
  return {
    schema: 1,
    project,
    service,
    environment,
    server: input.server,
    digest,
    version,
    run: runId,
    kind: image.kind,
    repository: image.repository,
    ...filledStart(ports, input, settings, version),
    files: await filesOn(ports, input, settings),
    health,
    verifyPath: balancer.verify.path,
    ...(balancer.verify.host !== undefined && { verifyHost: balancer.verify.host }),
    stop: runtime.stop,
  };
}

/**
 * What of a start depends on server, environment and version; secrets stay references.
 * @throws ApplicationFailure BAD_CONFIGURATION for a `${name}` without a value
 */
export function filledStart(
  { hosts }: Pick<ServerPorts, 'hosts'>,
  input: OnServer,
  { image, runtime, container: options }: Pick<ReleaseSettings, 'image' | 'runtime' | 'container'>,
  version: string,
): Pick<ReleaseManifest, 'command' | 'variables' | 'port' | 'container'> {
  const port = hosts.get(input.server).servicePort;
  const values = placeholderValues(input, port, version);
  const variables = Object.entries(runtime.environment).map(([name, value]) => [
    name,
    fill(input, value, values, `runtime.environment.${name}`),
  ]);
  const container = containerOptions(input, image, options, values);
  return {
    command: runtime.command.map((part) => fill(input, part, values, 'runtime.command')),
    variables: Object.fromEntries(variables),
    port,
    ...(container !== undefined && { container }),
  };
}

/** The start of a release with what it runs with; secrets are resolved here, and kept nowhere. */
export async function startOf(
  ports: ServerPorts,
  { digest, version, run, command, variables, port, container }: ReleaseManifest,
): Promise<ReleaseStart> {
  const resolved = await Promise.all(
    Object.entries(variables).map(async ([name, value]): Promise<[string, string]> => {
      return [name, await reveal(ports.secrets, value)];
    }),
  );
  return {
    digest,
    version,
    runId: run,
    command,
    environment: Object.fromEntries(resolved),
    port,
    ...(container !== undefined && { container }),
  };
}

async function filesOn(
  ports: ServerPorts,
  input: OnServer,
  { files }: ReleaseSettings,
): Promise<readonly ManifestFile[]> {
  const host = ports.hosts.get(input.server);
  const found: ManifestFile[] = [];
  for (const { path, mode, owner } of files) {
    const content = await host.readFile(path);
    const digest = content === null ? null : digestOf(content);
    found.push({ path, mode, ...(owner !== undefined && { owner }), digest });
  }
  return found;
}

/** Of a file's content. */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
