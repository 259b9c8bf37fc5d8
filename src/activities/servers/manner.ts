/** How a service is asked, with the names of a run filled in and secrets revealed: never kept. */
import type { BalancerSettings, HealthSettings, RequestSettings } from '../../plan/settings.ts';
import type { ProbeTls } from '../../ports/http-probe.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { OfRun, ServerPorts } from './context.ts';
import { fill } from './render.ts';

/** Header values may be secret: this is neither evidence nor part of a message. */
export interface Manner {
  readonly scheme: 'http' | 'https';
  /** With `host`, where one is set. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ProbeTls;
  readonly timeoutMs: number;
}

const REFERENCE = /secret:\/\/\S+$/u;
const PORT = /:\d+$/u;

/**
 * How the service of a server is asked.
 * @throws PortError where a secret has no value
 */
export async function mannerOf(
  { secrets }: Pick<ServerPorts, 'secrets'>,
  input: OfRun,
  health: HealthSettings,
): Promise<Manner> {
  const { scheme = 'http', tls = {}, timeoutSeconds } = health;
  const host = hostOf(input, health);
  const headers = await headersOf(secrets, input, health);
  return {
    scheme,
    headers: host === null ? headers : { ...headers, host },
    tls: {
      serverName: host?.replace(PORT, '') ?? null,
      ca: tls.ca ?? null,
      verify: tls.verify ?? true,
    },
    timeoutMs: timeoutSeconds * 1000,
  };
}

/** How it is asked through the balancer: the scheme is that of the balancer's address. */
export async function poolMannerOf(
  ports: Pick<ServerPorts, 'secrets'>,
  input: OfRun,
  settings: { readonly health: HealthSettings; readonly balancer: BalancerSettings },
): Promise<Manner> {
  const { verify } = settings.balancer;
  const host = verify.host ?? settings.health.host;
  return mannerOf(ports, input, { ...settings.health, ...(host !== undefined && { host }) });
}

/** References to the secrets that a request shows. */
export function secretsShown({ headers = {} }: RequestSettings): readonly string[] {
  return Object.values(headers).flatMap((value) => REFERENCE.exec(value) ?? []);
}

function hostOf(input: OfRun, { host }: RequestSettings): string | null {
  return host === undefined ? null : fill(input, host, namesOf(input), 'health.host');
}

async function headersOf(
  secrets: SecretStore,
  input: OfRun,
  { headers = {} }: RequestSettings,
): Promise<Readonly<Record<string, string>>> {
  const found = Object.entries(headers).map(async ([name, value]) => {
    const [reference = ''] = REFERENCE.exec(value) ?? [];
    const text = value.slice(0, value.length - reference.length);
    const filled = fill(input, text, namesOf(input), `health.headers.${name}`);
    const secret = reference === '' ? '' : (await secrets.resolve(reference)).reveal();
    return [name.toLowerCase(), `${filled}${secret}`] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** What is the same on every server and for every version: a release that comes back is asked alike. */
function namesOf({ run: { environment, service } }: OfRun): Readonly<Record<string, string>> {
  return { environment, service };
}
