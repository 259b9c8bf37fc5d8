import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { Connections, TemporalConnection } from '../ports/connections.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { cacheFolderOf } from './cache-folder.ts';
import type { DeathWatch } from './death-watch.ts';
import { portInUse } from './embedded-error.ts';
import { type AskedService, healthRequests } from './health-requests.ts';
import { claimStablePorts, type StablePorts } from './ports.ts';
import { type RecordsServer, startRecordsServer } from './records-server.ts';
import type { StateFolder } from './state-folder.ts';

export interface EnvironmentOptions {
  /** The folder with runsheet.yaml; `.runsheet` below it holds everything that is kept. */
  readonly projectFolder: string;
  /** The embedded servers of all environments; each environment is a pool of the load balancer. */
  readonly servers: readonly EnvironmentServer[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the service is asked whether it is ready for requests; absent: as a project that says nothing. */
  readonly service?: AskedService;
  /** A Temporal server that is already running; absent: TEMPORAL_ADDRESS, else one of our own. */
  readonly temporal?: TemporalConnection;
  /** 0: any free port; absent: the previous one or the usual one, if free. */
  readonly temporalPort?: number;
  readonly uiPort?: number;
  /** Port of the first environment's pool. */
  readonly balancerPort?: number;
  readonly onProgress?: (text: Localized) => void;
  /** Told of what must not outlive this process, and goes on when all is closed; absent: one of its own. */
  readonly deathWatch?: Pick<DeathWatch, 'started'>;
}

interface EnvironmentServer {
  readonly name: string;
  readonly environment: string;
}

export interface ServersOptions {
  readonly stateFolder: string;
  readonly servers: readonly (EnvironmentServer & {
    readonly sshPort: number;
    readonly servicePort: number;
  })[];
}

/**
 * Claims the previous ports, where free, until they are released; Temporal chooses its own later.
 * @throws EmbeddedError PORT_IN_USE if a port was given for the load balancer and is taken
 */
export async function choosePorts(
  options: EnvironmentOptions,
  state: StateFolder,
): Promise<StablePorts> {
  const former = { ...(await state.readPorts()) };
  const first = `pool ${environmentsOf(options)[0]}`;
  const wanted = options.balancerPort === 0 ? undefined : options.balancerPort;
  if (wanted !== undefined) former[first] = wanted;
  const names = [
    ...environmentsOf(options).map((environment) => `pool ${environment}`),
    ...options.servers.flatMap(({ name }) => [`service ${name}`, `ssh ${name}`]),
    'balancer admin',
    'records',
    'registry',
  ];
  const chosen = await claimStablePorts(names, former);
  if (wanted !== undefined && (chosen.ports[first] ?? wanted) !== wanted) {
    await chosen.release();
    throw portInUse(wanted, { zh: '负载均衡', en: 'load balancer' }, '--balancer-port');
  }
  const temporal = Object.entries(former).filter(
    ([name]) => name === 'temporal' || name === 'temporal ui',
  );
  return { ...chosen, ports: { ...chosen.ports, ...Object.fromEntries(temporal) } };
}

function environmentsOf(options: EnvironmentOptions): readonly string[] {
  return [...new Set(options.servers.map(({ environment }) => environment))];
}

export function startRecords(
  options: EnvironmentOptions,
  state: StateFolder,
  ports: Readonly<Record<string, number>>,
): Promise<RecordsServer> {
  return startRecordsServer({
    folder: state.file('records'),
    cacheFolder: cacheFolderOf(options.env),
    port: ports['records'] ?? 0,
  });
}

export function serversOptions(
  options: EnvironmentOptions,
  ports: Readonly<Record<string, number>>,
  state: StateFolder,
): ServersOptions {
  const servers = options.servers.map((server) => ({
    ...server,
    sshPort: ports[`ssh ${server.name}`] ?? 0,
    servicePort: ports[`service ${server.name}`] ?? 0,
  }));
  return { stateFolder: state.path, servers };
}

export async function startPools(
  options: EnvironmentOptions,
  ports: Readonly<Record<string, number>>,
  state: StateFolder,
): Promise<Balancer> {
  const poolOf = (environment: string) =>
    options.servers
      .filter((server) => server.environment === environment)
      .map(({ name }) => ({
        server: name,
        host: '127.0.0.1',
        port: ports[`service ${name}`] ?? 0,
      }));
  const environments = environmentsOf(options);
  const asked = await healthRequests(options, environments);
  return startBalancer({
    pools: Object.fromEntries(
      environments.map((environment) => [environment, poolOf(environment)]),
    ),
    stateFile: state.file('balancer.json'),
    health: (pool) => asked.get(pool) ?? { path: '/healthz' },
    ports: {
      ...Object.fromEntries(
        environments.map((environment) => [environment, ports[`pool ${environment}`] ?? 0]),
      ),
      admin: ports['balancer admin'] ?? 0,
    },
  });
}

/** The lines of `.runsheet/env`. */
export function environmentVariables(
  connections: Connections,
  { env }: Pick<EnvironmentOptions, 'env'>,
): Record<string, string> {
  const [pool] = Object.values(connections.balancer.pools);
  return {
    RUNSHEET_CHECKOUTS: env['RUNSHEET_CHECKOUTS'] ?? temporaryCheckouts(),
    TEMPORAL_ADDRESS: connections.temporal.address,
    ...(connections.temporal.uiUrl === null ? {} : { TEMPORAL_UI_URL: connections.temporal.uiUrl }),
    ...(pool === undefined ? {} : { BALANCER_URL: pool }),
  };
}

/** What is only tried out leaves nothing in the user's own folders. */
function temporaryCheckouts(): string {
  return join(tmpdir(), `runsheet-checkouts-${process.getuid?.() ?? 'user'}`);
}
