/** How the embedded balancer asks a service whether it is ready: as the runs do, `health` of runsheet.yaml. */
import { tlsOptions } from '../adapters/http/tls.ts';
import { createSecretPrograms } from '../adapters/secrets/secret-programs.ts';
import { createSecretStore } from '../adapters/secrets/secret-store.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { HealthRequest } from './balancer/health.ts';

export interface AskedService {
  readonly name: string;
  readonly health: AskedHealth;
  readonly secretsFolder: string;
  readonly secretCommands: Readonly<Record<string, readonly string[]>>;
}

/** `health` of a project, as far as its balancer is concerned. */
interface AskedHealth {
  readonly path: string;
  readonly status: number;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly scheme?: 'https';
  readonly tls?: { readonly ca?: string; readonly verify?: false };
}

interface Around {
  readonly projectFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly service?: AskedService;
}

/**
 * Environment → how its servers are asked; none where nothing is said of the service.
 * @throws PortError where a secret has no value, or the authorities cannot be read
 */
export async function healthRequests(
  { projectFolder, env, service }: Around,
  environments: readonly string[],
): Promise<ReadonlyMap<string, HealthRequest>> {
  const found = new Map<string, HealthRequest>();
  if (service === undefined) return found;
  const { name, health, secretsFolder, secretCommands } = service;
  const { path, status, scheme, tls = {} } = health;
  const programs = { programs: secretCommands, folder: projectFolder, environment: env };
  const secrets = createSecretStore({
    environment: env,
    folder: secretsFolder,
    programs: createSecretPrograms(programs),
  });
  for (const environment of environments) {
    const values = { environment, service: name };
    const headers = await headersOf(secrets, health, values);
    const { host = null } = headers;
    const trusted = {
      serverName: host?.replace(/:\d+$/u, '') ?? null,
      ca: tls.ca ?? null,
      verify: tls.verify ?? true,
    };
    const https = scheme === 'https' && { tls: await tlsOptions(projectFolder, trusted) };
    found.set(environment, { path, status, headers, ...https });
  }
  return found;
}

const REFERENCE = /secret:\/\/\S+$/u;

async function headersOf(
  secrets: SecretStore,
  { host, headers = {} }: AskedHealth,
  values: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const filled: Record<string, string> = host === undefined ? {} : { host: fill(host, values) };
  for (const [name, value] of Object.entries(headers)) {
    const [reference = ''] = REFERENCE.exec(value) ?? [];
    const text = fill(value.slice(0, value.length - reference.length), values);
    const secret = reference === '' ? '' : (await secrets.resolve(reference)).reveal();
    filled[name.toLowerCase()] = `${text}${secret}`;
  }
  return filled;
}

/** runsheet.yaml was read with these names only. `$${` is a literal `${`. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$(?=\$*\{)|\$\{([^}]*)\}/gu, (_, name: string | undefined) =>
    name === undefined ? '$' : (values[name.trim()] ?? ''),
  );
}
