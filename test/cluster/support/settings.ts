/** The configuration file of a cluster's roles: one for all of them, each starts one service of it. */
import { stringify } from 'yaml';
import { DATABASE_USER } from './postgres.ts';

/** In the order in which they start: on an empty database the first writes what the others read. */
export const ROLES = ['history', 'matching', 'frontend', 'internal-frontend', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export interface RolePorts {
  readonly grpcPort: number;
  /** PostgreSQL keeps it in a `smallint`: at most 32767, or no role finds another. */
  readonly membershipPort: number;
}

export interface ClusterSettings {
  readonly databasePort: number;
  readonly databasePassword: string;
  readonly keySetUrl: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly dynamicConfigFile: string;
  readonly ports: Readonly<Record<Role, RolePorts>>;
}

export const DATABASES = {
  temporal: 'postgresql/v12/temporal',
  temporal_visibility: 'postgresql/v12/visibility',
} as const;

export function clusterConfiguration(settings: ClusterSettings): string {
  const {
    databasePort,
    databasePassword,
    keySetUrl,
    certificateFile,
    keyFile,
    dynamicConfigFile,
    ports,
  } = settings;
  const database = (databaseName: string, maxConns: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${databasePort}`,
      connectProtocol: 'tcp',
      user: DATABASE_USER,
      password: databasePassword,
      maxConns,
      maxIdleConns: maxConns,
      maxConnLifetime: '1h',
    },
  });
  return stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      numHistoryShards: 4,
      defaultStore: 'default',
      visibilityStore: 'visibility',
      datastores: {
        default: database('temporal', 10),
        visibility: database('temporal_visibility', 4),
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      // What customers of the cluster reach; its roles talk to each other on this machine.
      tls: { frontend: { server: { certFile: certificateFile, keyFile } } },
      authorization: {
        jwtKeyProvider: { keySourceURIs: [keySetUrl], refreshInterval: '1m' },
        permissionsClaimName: 'permissions',
        authorizer: 'default',
        claimMapper: 'default',
      },
    },
    services: Object.fromEntries(
      ROLES.map((role) => [role, { rpc: { ...ports[role], bindOnLocalHost: true } }]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports['internal-frontend'].grpcPort}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '10s' },
  });
}

/** Of the dynamic configuration: what a run feels, at the pace of a test. */
export const DYNAMIC_CONFIGURATION = stringify({
  'history.transferProcessorMaxPollRPS': [{ value: 5000 }],
});
