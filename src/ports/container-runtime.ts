/** Releases of one service on one server: containers, or processes where there is no engine. */
export interface ContainerRuntime {
  /** What runs now, read from the server: never from memory. */
  inspect(server: string, service: string): Promise<ServiceState>;
  /**
   * Proves that the server itself may fetch from the registry; nothing to prove where the worker brings
   * releases to it. Reads only. @throws PortError otherwise
   */
  mayPull(server: string, service: string): Promise<void>;
  /** Fetches by digest and verifies it. Already there: it counts as fetched just now, nothing else changes. */
  pull(server: string, service: string, image: ReleaseImage, options: CallOptions): Promise<void>;
  /**
   * Makes room for a release that is to be fetched: of those that were fetched for this service and never
   * started, all but the newest `keep` go, and never that one. What any container is of stays, and what
   * was not fetched for this service by `pull`.
   * @returns the digests that went
   */
  pruneFetched(
    server: string,
    service: string,
    keep: number,
    toFetch: string,
  ): Promise<readonly string[]>;
  /** Starts this release; already running: changes nothing. The former one must be stopped. */
  start(server: string, service: string, release: ReleaseStart): Promise<void>;
  /**
   * Starts what ran before a run again, as the server has kept it with all that it ran with, and never
   * what that run made; already running: changes nothing. False: the server keeps nothing of the kind,
   * so that `start` has to be told what it runs with.
   */
  resume(server: string, service: string, former: FormerRelease): Promise<boolean>;
  /** Stops what runs: signal, grace, then force. The release stays on the server. */
  stop(server: string, service: string, stop: ReleaseStop): Promise<StopResult>;
  /** The last lines that the service printed since it was started last, bounded; empty where it printed nothing. */
  tail(server: string, service: string, lines: number): Promise<string>;
  /** What a run needs to know before it begins. Reads only. */
  examine(server: string, service: string, port: number): Promise<ServerExamination>;
  /**
   * Takes away all that a run has put on a server where nothing of the service was before it: releases,
   * what is kept of their starts, folders. Nothing is taken where something runs, or where another run has
   * started anything. Volumes stay.
   */
  forget(server: string, service: string, runId: string): Promise<void>;
  /** After success: restart policy on, old releases pruned but the newest `keep` and those that are to stay. */
  finish(server: string, service: string, keep: number, stay?: readonly string[]): Promise<void>;
}

export interface ServerExamination {
  /** What runs releases there, for example `Docker 24.0.7` or `processes`. */
  readonly engine: string;
  /** Of the images that run there, for example `linux/arm64`; null: not known, or there are none. */
  readonly platform: string | null;
  /** Free bytes where releases are kept; null: not known. */
  readonly freeBytes: number | null;
  /** Who listens on the service's port: nobody, this service, or another program. */
  readonly port: 'free' | 'ours' | 'taken';
  /** The server's clock minus the worker's, in ms; half of the round trip is taken off. */
  readonly clockOffsetMs: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface ReleaseImage {
  /** Repository in the registry, without tag. */
  readonly repository: string;
  /** `sha256:` + 64 hex. */
  readonly digest: string;
}

export interface ReleaseStart {
  readonly digest: string;
  readonly version: string;
  /** Names the run, so that a repeated attempt of the same run is recognised. */
  readonly runId: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  /** For engines: how the container is created. Processes have none. */
  readonly container?: ContainerOptions;
  /** The run that is being undone, where what ran before it comes back. */
  readonly undoes?: string;
}

/** What ran before the run that is being undone. */
export interface FormerRelease extends Pick<ReleaseStart, 'digest' | 'runId' | 'port'> {
  readonly undoes: string;
}

/** How a release's container is created; docker-compose's keys, read. Part of a project's pinned settings. */
export interface ContainerOptions {
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
  /** Absent: the image's. */
  readonly stopSignal?: string;
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

export interface ReleaseStop {
  /** Absent: the container's own; of processes SIGTERM. */
  readonly signal?: string;
  readonly graceMs: number;
  readonly before?: readonly string[];
  /**
   * The run whose releases go on: what it has started is not what it was to stop. Asked on the server, so
   * that a worker that was frozen in the middle does not end what another one has started since.
   */
  readonly spares?: string;
}

export interface StopResult {
  readonly forced: boolean;
  readonly durationMs: number;
}

export interface ServiceState {
  readonly running: boolean;
  /** The release that runs, or that ran last. */
  readonly release: {
    readonly digest: string;
    readonly version: string;
    readonly runId: string;
  } | null;
  /** Digests that are on the server. */
  readonly present: readonly string[];
  /** How often a release was started here, by digest; the proof that nothing started twice. */
  readonly starts: Readonly<Record<string, number>>;
}
