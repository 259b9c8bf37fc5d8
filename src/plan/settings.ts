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
  readonly container: ContainerSettings;
  readonly files: readonly ConfigurationFile[];
  readonly drain: DrainSettings;
  readonly health: HealthSettings;
  readonly balancer: BalancerSettings;
  readonly channels: ChannelSettings;
  readonly actions: Readonly<Record<string, ProjectAction>>;
}

export type SettingsSection = keyof ProjectSettings;

/** Where `version` is resolved. `tag` may hold `${version}`; no repository: the content digest of `path`. */
export interface SourceSettings {
  readonly path: string;
  readonly kind: 'git' | 'folder';
  readonly tag: string;
}

export type ReportFormat = 'sarif' | 'eslint' | 'npm-audit' | 'pip-audit';

export interface ProjectCommand {
  readonly argv: readonly string[];
  /** Report file(s) relative to the checkout; absent: standard output is the report where `format` is set. */
  readonly report?: string;
  readonly format?: ReportFormat;
  readonly timeoutSeconds?: number;
}

/** Absent: detected from the checkout (npm or Python); null: nothing to do, said so. */
export interface CommandSettings {
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
  readonly docker: DockerBuildSettings;
  /** Servers that fetch a release at once. */
  readonly fetchAtOnce: number;
  /** Bytes that must be free on a server before a run begins. */
  readonly minimumFreeBytes: number;
}

/** How `docker build` is called; for `kind: docker`. */
export interface DockerBuildSettings {
  /** Path in the context. */
  readonly file: string;
  readonly target?: string;
  /** Of the steps of the build: `none`, `host` or a network's name. */
  readonly network?: string;
  readonly platforms: readonly string[];
  /** Values may hold `${version}` and `${environment}`. */
  readonly args: Readonly<Record<string, string>>;
  /** Secret id → `secret://` reference: mounted while the image is built, in no layer. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
}

/** How the release's container is created; docker-compose's keys, read. For `image.kind: docker`. */
export interface ContainerSettings {
  readonly name?: string;
  /** null: what the image says. */
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  /** null: the service's port, the same inside. */
  readonly ports: readonly PublishedPort[] | null;
  readonly volumes: readonly VolumeMount[];
  /** `/path` or `/path:size=64m`. */
  readonly tmpfs: readonly string[];
  /** The first is what the container starts with; `host` and `none` stand alone. */
  readonly networks: readonly string[];
  readonly healthcheck?: ContainerHealthCheck;
  readonly memoryBytes?: number;
  readonly shmBytes?: number;
  readonly cpus?: number;
  readonly pidsLimit?: number;
  readonly ulimits: readonly Ulimit[];
  /** `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`. */
  readonly restart: string;
  readonly user?: string;
  readonly groups: readonly string[];
  readonly workingDir?: string;
  readonly hostname?: string;
  readonly init: boolean;
  readonly readOnly: boolean;
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly dns: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly devices: readonly string[];
  readonly logging?: {
    readonly driver: string;
    readonly options: Readonly<Record<string, string>>;
  };
  /** `name:address`. */
  readonly extraHosts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface PublishedPort {
  /** `service`: the server's service port. */
  readonly target: number | 'service';
  /** null: any free one. */
  readonly published: number | 'service' | null;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostIp?: string;
}

export interface VolumeMount {
  /** A folder of the server, or the name of a volume; null: a volume without a name. */
  readonly source: string | null;
  readonly target: string;
  /** As after the second colon of docker-compose's short form, for example `ro`. */
  readonly options: string;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export interface ContainerHealthCheck {
  /** ["CMD", …], ["CMD-SHELL", line] or ["NONE"]. */
  readonly test: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly startPeriodSeconds: number;
  readonly retries: number;
}

export interface RuntimeSettings {
  /** argv in the release's folder; may hold `${port}`. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly stop: {
    readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
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

export interface HealthSettings {
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
  readonly kind: 'embedded' | 'haproxy';
  /** Pool or backend name. */
  readonly pool: string;
  readonly verify: { readonly requests: number; readonly path: string };
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
  readonly argv: readonly string[];
  readonly on: 'worker' | 'each-server' | 'first-server';
  readonly timeoutSeconds: number;
}
