/** Where the project's parts are reached: from runsheet.yaml, and for embedded ones from `runsheet dev`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Connections, ServerConnection, TemporalConnection } from '../ports/connections.ts';
import type { Environment } from './environment.ts';
import type { ProjectConnections } from './project-file.ts';
import type { ParsedProject } from './schema.ts';

const connectionsSchema = z.object({
  temporal: z.object({ address: z.string(), namespace: z.string(), uiUrl: z.string().nullable() }),
  servers: z.array(
    z.object({
      name: z.string(),
      environment: z.string(),
      host: z.string(),
      port: z.number(),
      user: z.string(),
      identityFile: z.string(),
      hostKeys: z.array(z.string()),
      serviceAddress: z.string(),
      servicePort: z.number(),
      baseFolder: z.string(),
    }),
  ),
  balancer: z.object({
    kind: z.literal('embedded'),
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

/** The environment's address wins, then the project file, then what `runsheet dev` started. */
export function resolveConnections(
  parsed: ParsedProject,
  environment: Environment,
  embedded: Connections | null,
): ProjectConnections {
  return {
    temporal: temporalOf(parsed, environment, embedded),
    servers: Object.entries(parsed.environments).flatMap(([name, definition]) =>
      definition.embedded
        ? (embedded?.servers ?? []).filter((server) => server.environment === name)
        : definition.servers.map((server) => connectionOf(name, server, parsed.runtime.port)),
    ),
    balancerAdminUrl: parsed.balancer.adminUrl ?? embedded?.balancer.adminUrl ?? null,
    pools: embedded?.balancer.pools ?? {},
    registryUrl: parsed.registry?.url ?? embedded?.registry.url ?? null,
    databaseUrl: parsed.database?.url ?? embedded?.database.url ?? null,
  };
}

function temporalOf(
  parsed: ParsedProject,
  environment: Environment,
  embedded: Connections | null,
): TemporalConnection | null {
  const address =
    environment['TEMPORAL_ADDRESS'] ?? parsed.temporal?.address ?? embedded?.temporal.address;
  if (address === undefined || address === '') return null;
  return {
    address,
    namespace:
      environment['TEMPORAL_NAMESPACE'] ??
      parsed.temporal?.namespace ??
      embedded?.temporal.namespace ??
      'default',
    uiUrl:
      parsed.temporal?.ui_url ?? embedded?.temporal.uiUrl ?? environment['TEMPORAL_UI_URL'] ?? null,
  };
}

function connectionOf(
  environment: string,
  given: ParsedProject['environments'][string]['servers'][number],
  servicePort: number,
): ServerConnection {
  const server: Partial<ServerConnection> & { readonly name: string } = given;
  const host = server.host ?? server.name;
  return {
    name: server.name,
    environment,
    host,
    port: server.port ?? 22,
    user: server.user ?? '',
    identityFile: server.identityFile ?? '',
    hostKeys: server.hostKeys ?? [],
    serviceAddress: server.serviceAddress ?? host,
    servicePort: server.servicePort ?? servicePort,
    baseFolder: server.baseFolder ?? '/var/lib/runsheet',
  };
}
