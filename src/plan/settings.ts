import type { ContainerOptions } from '../ports/container-runtime.ts';
import type { DockerBuildOptions } from '../ports/image-builder.ts';
import type { BalancerCapabilities } from '../ports/load-balancer.ts';

/**
 * The pinned project settings: the part of runsheet.yaml that decides how a run behaves. It is
 * resolved once at the start of a run and stays in the workflow's history; connections and secrets
 * are not in it (the worker has them, and secrets are only ever references).
 */
export interface ProjectSettings {
  readonly source: SourceSettings;
  readonly commands: CommandSettings;
  readonly tests: TestSettings;
  readonly image: ImageSettings;
  readonly runtime: RuntimeSettings;
  readonly container: ContainerOptions;
  readonly files: readonly ConfigurationFile[];
  readonly drain: DrainSettings;
  readonly health: HealthSettings;
  readonly balancer: BalancerSettings;
  readonly channels: ChannelSettings;
  readonly actions: Readonly<Record<string, ProjectAction>>;
  /** Absent: as src/actions/liveness.ts has it. */
  readonly worker?: WorkerSettings;
}

export interface WorkerSettings {
  /** Silence after which an activity is begun again by another worker. */
  readonly heartbeatSeconds: number;
}

export type SettingsSection = keyof ProjectSettings;

/** Where `version` is resolved. `tag` may hold `${version}`; no repository: the content digest of `path`. */
export interface SourceSettings {
  readonly path: string;
  readonly kind: 'git' | 'folder';
  readonly tag: string;
  /** The clone's own name for where the tag is fetched from; absent: it is in the clone. */
  readonly remote?: string;
}

export type ReportFormat = 'sarif' | 'eslint' | 'npm-audit' | 'pip-audit';

export interface ProjectCommand {
  readonly argv: readonly string[];
  /** Report file(s) relative to the checkout; absent: standard output is the report where `format` is set. */
  readonly report?: string;
  readonly format?: ReportFormat;
  readonly timeoutSeconds?: number;
  /** What it is given besides. */
  readonly environment?: CommandEnvironment;
}

/** Name → a text, a `secret://` reference, or null: as the worker's own environment has it. */
export type CommandEnvironment = Readonly<Record<string, string | null>>;

/** Absent: detected from the checkout (npm or Python); null: nothing to do, said so. */
export interface CommandSettings {
  /** What all commands on the worker are given besides; see adapters/process/environment.ts. */
  readonly environment?: CommandEnvironment;
  readonly analyze?: ProjectCommand | null;
  readonly lint?: ProjectCommand | null;
  readonly scan?: ProjectCommand | null;
  readonly audit?: ProjectCommand | null;
  readonly test?: ProjectCommand | null;
  readonly coverage?: ProjectCommand | null;
  readonly compile?: ProjectCommand | null;
  readonly package?: ProjectCommand | null;
}

export interface TestSettings {
  /** JUnit XML files, globs relative to the checkout. */
  readonly reports: readonly string[];
  /** Cobertura, LCOV or Istanbul summary. */
  readonly coverage: readonly string[];
  /** A regular expression over `classname name`, or a property/marker name. */
  readonly critical?: { readonly name?: string; readonly marker?: string };
}

export interface ImageSettings {
  /** Repository name in the registry, for example `hello`. */
  readonly repository: string;
  /** Folder of the checkout that becomes the release. */
  readonly context: string;
  /** process: a release archive run as a process; docker: a container image. */
  readonly kind: 'process' | 'docker';
  readonly include: readonly string[];
  /** For `kind: docker`; values of its arguments may hold `${version}` and `${environment}`. */
  readonly docker: DockerBuildOptions;
  /** Servers that fetch a release at once. */
  readonly fetchAtOnce: number;
  /** Bytes that must be free on a server before a run begins. */
  readonly minimumFreeBytes: number;
  /** Says by its exit code whether the signature of an image that somebody else built is good. */
  readonly verify?: VerifyCommand;
}

/** Run in the folder of runsheet.yaml; `${name}` of a VerifyName is filled in. */
export interface VerifyCommand {
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
  /** What it is given besides. */
  readonly environment?: CommandEnvironment;
}

/** The image's whole name with its digest, the digest alone, and what is deployed where. */
export type VerifyName = 'image' | 'digest' | 'version' | 'revision' | 'environment';

export interface RuntimeSettings {
  /** argv in the release's folder; may hold `${port}`. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly stop: {
    /** Absent: the container's own, which its image may set; of processes SIGTERM. */
    readonly signal?: string;
    readonly graceSeconds: number;
    readonly before?: readonly string[];
  };
  readonly keepReleases: number;
}

/** A configuration file: a template in the checkout, rendered for server and environment. */
export interface ConfigurationFile {
  readonly template: string;
  readonly path: string;
  /** Octal, for example "0640". */
  readonly mode: string;
  /** `user` or `user:group`; absent: who logs in. */
  readonly owner?: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface DrainSettings {
  /** Requests in flight at the deadline that may be cut. */
  readonly allowCutRequests: number;
}

/** How the service is asked; absent: in plain HTTP, by its address. */
export interface RequestSettings {
  /** The name that it serves: sent as `Host`, and what its certificate has to be of. */
  readonly host?: string;
  /** Texts, which may end in a `secret://` reference; never a secret's value. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly scheme?: 'https';
  readonly tls?: {
    /** PEM file in the project's folder: authorities that are trusted beside those of Node. */
    readonly ca?: string;
    /** false: whoever answers at the server's address is believed. */
    readonly verify?: false;
  };
}

export interface HealthSettings extends RequestSettings {
  readonly path: string;
  readonly status: number;
  /** JSON body rule: each path must hold that value; values may hold `${version}`. */
  readonly json?: Readonly<Record<string, string | number | boolean>>;
  readonly timeoutSeconds: number;
  readonly ready: {
    readonly successes: number;
    readonly intervalMilliseconds: number;
    readonly limitSeconds: number;
  };
  readonly smoke: readonly SmokeRequest[];
  readonly performance: {
    readonly path: string;
    readonly requests: number;
    readonly perSecond: number;
  };
}

export interface SmokeRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contains?: string;
}

export interface BalancerSettings {
  /** For people: what a run does hangs on what the balancer can. */
  readonly kind: string;
  readonly capabilities: BalancerCapabilities;
  /** Pool or backend name. */
  readonly pool: string;
  /** @see RequestSettings for `host`; absent: the one of `health`. */
  readonly verify: { readonly requests: number; readonly path: string; readonly host?: string };
  readonly maxDeviationPercent: number;
  readonly minimumSamples: number;
  /** Percent of the pool's servers that must stay ready and healthy; 0: no floor. */
  readonly floorPercent: number;
  /** Weight per server; absent: all equal. */
  readonly weights: Readonly<Record<string, number>>;
  /** Route rules that 更新路由规则 sets and reads back: path prefix → pool. */
  readonly routes: Readonly<Record<string, string>>;
}

/** Which channels the project has configured; addresses and tokens stay with the worker. */
export interface ChannelSettings {
  readonly configured: readonly ('email' | 'slack' | 'webhook')[];
}

/** A phrase of the project's own, from `actions:` in runsheet.yaml. */
export interface ProjectAction {
  /** May hold `${version}`, `${server}` and so on. */
  readonly argv: readonly string[];
  /** `worker`: once a run, with the first batch; `each-batch`: on the worker too, once a batch. */
  readonly on: 'worker' | 'each-batch' | 'each-server' | 'first-server';
  readonly timeoutSeconds: number;
  /** What it is given besides, on the worker. */
  readonly environment?: CommandEnvironment;
  /** Takes back what it did, where it did it: none, half or all of it, and twice. */
  readonly undo?: ProjectUndo;
  /** Set where nothing takes back what it did: why, or an empty text. Never together with `undo`. */
  readonly irreversible?: string;
}

export interface ProjectUndo {
  /** May hold the same names, and `${previous_version}`. */
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
}
