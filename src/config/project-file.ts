/** What runsheet.yaml holds, after every check and with every default filled in. */
import type { ChannelName, RollingSettings } from '../plan/plan.ts';
import type { ApprovalPolicy, HeldLockRule } from '../plan/run.ts';
import type { ProjectSettings } from '../plan/settings.ts';
import type { ServerConnection, SshFiles, TemporalConnection } from '../ports/connections.ts';
import type { BalancerConnection } from './balancers/index.ts';

export interface ProjectFile {
  /** Absolute folder of runsheet.yaml. */
  readonly folder: string;
  readonly service: string;
  readonly taskQueue: string;
  /** Pinned by each run at its start. */
  readonly settings: ProjectSettings;
  readonly roles: Readonly<Record<string, { readonly names: readonly string[] }>>;
  readonly people: Readonly<Record<string, Person>>;
  readonly environments: Readonly<Record<string, EnvironmentDefinition>>;
  readonly approval: ApprovalPolicy;
  readonly keep: KeepLimits;
  readonly telemetry: TelemetrySettings;
  readonly channels: ChannelConnections;
  readonly secretsFolder: string;
  /** Name → the program that prints the value of `secret://command/NAME`. */
  readonly secretCommands: Readonly<Record<string, readonly string[]>>;
  readonly connections: ProjectConnections;
}

/** What a worker shows of itself; nothing that is not set. */
export interface TelemetrySettings {
  /** Address at which Prometheus finds `/metrics`. */
  readonly metrics?: string;
  /** Address of `/livez` and `/readyz`. */
  readonly health?: string;
  /** File to which traces are appended, a line of OTLP JSON each batch. */
  readonly traces?: string;
  /** Base URL of an OTLP/HTTP collector: traces, and metrics where `metrics` is not set. */
  readonly otlp?: string;
}

/** What `runsheet prune` leaves of old runs on the worker's machine. */
export interface KeepLimits {
  /** So many of the latest runs keep their logs and artifacts, however old they are. */
  readonly runs: number;
  /** So many of the latest builds stay. */
  readonly builds: number;
  /** A run that is not older keeps its logs and artifacts, however many there are. */
  readonly ageMs: number;
}

export interface Person {
  readonly name: string;
  readonly roles: readonly string[];
  readonly email?: string;
  readonly slack?: string;
}

export interface EnvironmentDefinition {
  readonly embedded: boolean;
  readonly servers: readonly string[];
  /** How runs in it roll, where request and template say nothing else. */
  readonly rolling?: RollingSettings;
  /** Roles that may break its lock and move its servers in and out of the pool; absent: any role. */
  readonly operators?: readonly string[];
  /** Roles that may start a rollback at once, to be approved afterwards; absent: none. */
  readonly onCall?: readonly string[];
  /** What a run does whose lock another one holds, where its request does not say; absent: it waits. */
  readonly lock?: HeldLockRule;
}

/** Addresses; null where neither the project file nor a running `runsheet dev` gives one. */
export interface ProjectConnections {
  readonly temporal: TemporalConnection | null;
  /** Why the `temporal` program's profile cannot be read; null: it can, or there is none. */
  readonly profileProblem: string | null;
  readonly servers: readonly ServerConnection[];
  readonly ssh: SshFiles;
  readonly balancer: BalancerConnection;
  readonly registry: RegistryConnection | null;
  /** postgres:// URL, or a `secret://` reference to one. */
  readonly databaseUrl: string | null;
  readonly artifacts: ArtifactsConnection;
}

/** Where workers keep reports and logs, and commands find them. */
export type ArtifactsConnection =
  | {
      readonly kind: 'folder';
      /** Absolute. */
      readonly folder: string;
    }
  | {
      readonly kind: 'database';
      /** As `databaseUrl`, which it is by default. */
      readonly url: string | null;
    }
  | {
      readonly kind: 's3';
      readonly endpoint: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly region: string;
      /** As it stands, or a `secret://` reference. */
      readonly accessKey: string;
      /** A `secret://` reference. */
      readonly secretKey: string;
      readonly pathStyle: boolean;
    };

export interface RegistryConnection {
  /** Where the worker reaches it. */
  readonly url: string;
  /** `host` or `host:port`, by which servers pull. */
  readonly pullHost: string;
  readonly username?: string;
  /** A `secret://` reference. */
  readonly password?: string;
}

export interface ChannelConnections {
  readonly email?: EmailConnection;
  readonly slack?: SlackConnection;
  readonly webhook?: WebhookConnection;
}

export interface EmailConnection {
  readonly smtp: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
  readonly password?: string;
}

export interface SlackConnection {
  readonly channel: string;
  readonly token: string;
  readonly signingSecret?: string;
  /** Id of the one workspace whose buttons decide. */
  readonly team?: string;
  readonly apiUrl?: string;
}

export interface WebhookConnection {
  readonly url: string;
  readonly secret?: string;
}

/** Channels that are configured, sorted. */
export function configuredChannels(channels: ChannelConnections): readonly ChannelName[] {
  return (['email', 'slack', 'webhook'] as const).filter((name) => channels[name] !== undefined);
}
