/** Where the project's parts are reached: from runsheet.yaml, and for embedded ones from `runsheet dev`. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type {
  Connections,
  ServerConnection,
  SshFiles,
  TemporalConnection,
} from '../ports/connections.ts';
import { aroundBalancer } from './cross-checks.ts';
import type { Environment } from './environment.ts';
import type { ProjectConnections } from './project-file.ts';
import type { ParsedProject } from './schema.ts';
import type { TemporalProfile } from './temporal-profile.ts';

const connectionsSchema = z.object({
  temporal: z.object({
    address: z.string(),
    namespace: z.string(),
    uiUrl: z.string().nullable(),
    isOwn: z.boolean().default(false),
  }),
  servers: z.array(
    z.object({
      name: z.string(),
      environment: z.string(),
      host: z.string(),
      port: z.number(),
      user: z.string(),
      identityFiles: z.array(z.string()),
      hostKeys: z.array(z.string()),
      serviceAddress: z.string(),
      servicePort: z.number(),
      baseFolder: z.string(),
    }),
  ),
  balancer: z.object({
    adminUrl: z.string(),
    pools: z.record(z.string(), z.string()),
  }),
  registry: z.object({ url: z.string() }),
  database: z.object({ url: z.string() }),
});

/** What a running `runsheet dev` wrote into `.runsheet/connections.json`; null: it does not run. */
export async function readConnections(folder: string): Promise<Connections | null> {
  try {
    const text = await readFile(join(folder, '.runsheet', 'connections.json'), 'utf8');
    return connectionsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Beside the project file. */
export interface Surroundings {
  readonly environment: Environment;
  /** null: `runsheet dev` does not run. */
  readonly embedded: Connections | null;
  readonly profile: TemporalProfile;
}

/**
 * The environment's address wins, then the project file, then what `runsheet dev` started, then the
 * profile of the `temporal` program.
 */
export function resolveConnections(
  folder: string,
  parsed: ParsedProject,
  { environment, embedded, profile }: Surroundings,
): ProjectConnections {
  const at = (file: string): string => fileAt(file, folder, environment);
  const databaseUrl = parsed.database?.url ?? embedded?.database.url ?? null;
  return {
    temporal: temporalOf(parsed, { environment, embedded, profile }),
    profileProblem: profile.problem ?? null,
    servers: [
      ...Object.entries(parsed.environments).flatMap(([name, definition]) =>
        definition.embedded
          ? (embedded?.servers ?? []).filter((server) => server.environment === name)
          : connectionOf(name, definition, parsed, at),
      ),
      ...connectionOf(
        null,
        { servers: parsed.balancers, ssh: {}, docker_socket: undefined },
        parsed,
        at,
      ),
    ],
    ssh: sshOf(parsed, folder, environment),
    balancer: parsed.balancer.connection(aroundBalancer(parsed), embedded),
    registry: parsed.registry ?? embeddedRegistry(embedded),
    databaseUrl,
    artifacts: artifactsOf(parsed, folder, databaseUrl),
  };
}

/** A database or a bucket may be shared: what is kept there is kept by the service's name. */
function artifactsOf(
  { artifacts, service }: ParsedProject,
  folder: string,
  databaseUrl: string | null,
): ProjectConnections['artifacts'] {
  if (artifacts.kind === 'folder')
    return { ...artifacts, folder: resolve(folder, artifacts.folder) };
  if (artifacts.kind === 's3') return { ...artifacts, prefix: artifacts.prefix ?? service };
  return { ...artifacts, url: artifacts.url ?? databaseUrl };
}

function embeddedRegistry(embedded: Connections | null): ProjectConnections['registry'] {
  if (embedded === null) return null;
  const { url } = embedded.registry;
  return { url, pullHost: new URL(url).host };
}

function temporalOf(
  parsed: ParsedProject,
  { environment, embedded, profile }: Surroundings,
): TemporalConnection | null {
  const address =
    environment['TEMPORAL_ADDRESS'] ??
    parsed.temporal?.address ??
    embedded?.temporal.address ??
    profile.address;
  if (address === undefined || address === '') return null;
  const running = embedded?.temporal.address === address ? embedded.temporal : null;
  return {
    address,
    namespace:
      environment['TEMPORAL_NAMESPACE'] ??
      parsed.temporal?.namespace ??
      running?.namespace ??
      profile.namespace ??
      'default',
    uiUrl:
      parsed.temporal?.ui_url ?? embedded?.temporal.uiUrl ?? environment['TEMPORAL_UI_URL'] ?? null,
    isOwn: running?.isOwn === true,
  };
}

/** Why no address is known. */
export function temporalUnknown({ profileProblem }: ProjectConnections): Diagnostic {
  if (profileProblem === null) return diagnose('NO_TEMPORAL_SERVER', 'noAddress', {});
  return diagnose('NO_TEMPORAL_SERVER', 'badProfile', { reason: profileProblem });
}

/** Files are below the project's folder, or below the home folder with `~/`. */
function sshOf(parsed: ParsedProject, folder: string, environment: Environment): SshFiles {
  const { configFile, knownHosts } = parsed.ssh;
  const at = (file: string): string => fileAt(file, folder, environment);
  return {
    configFile: configFile === null ? null : at(configFile),
    knownHostsFiles: knownHosts.map(at),
  };
}

function fileAt(file: string, folder: string, environment: Environment): string {
  if (file !== '~' && !file.startsWith('~/')) return resolve(folder, file);
  return join(environment['HOME'] ?? homedir(), file.slice(1));
}

type ParsedEnvironment = Pick<
  ParsedProject['environments'][string],
  'servers' | 'ssh' | 'docker_socket'
>;

/** @param name null: machines of no environment, which balancers run on */
function connectionOf(
  name: string | null,
  { servers, ssh, docker_socket: dockerSocket }: ParsedEnvironment,
  parsed: ParsedProject,
  at: (file: string) => string,
): readonly ServerConnection[] {
  return servers.map((given): ServerConnection => {
    const { identityFiles, ...server }: GivenServer = { ...parsed.ssh.login, ...ssh, ...given };
    return {
      hostKeys: [],
      servicePort: parsed.runtime.port,
      baseFolder: '/var/lib/runsheet',
      ...(dockerSocket !== undefined && { dockerSocket }),
      ...server,
      ...(identityFiles !== undefined && { identityFiles: identityFiles.map(at) }),
      host: server.host ?? server.name,
      environment: name,
    };
  });
}

type GivenServer = Partial<ServerConnection> & Pick<ServerConnection, 'name'>;
