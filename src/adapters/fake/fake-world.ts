/** One in-memory world behind all fakes, so that what one changes the others see. For unit tests. */
import { PortError } from '../../ports/port-error.ts';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
}

/** A release as the registry of this world holds it, with the behaviour that it has when it runs. */
export interface FakeRelease {
  readonly digest: string;
  readonly version: string;
  /** Default: 200 with `{"status":"ok","version":…}`. */
  readonly answer?: (request: FakeRequest) => FakeAnswer;
  /** Refuses connections for so long after its start. */
  readonly bootMs?: number;
  /** Ends by itself after so long. */
  readonly exitsAfterMs?: number;
  /** Ignores the stop signal, so that it is ended by force after the grace time. */
  readonly ignoresStop?: boolean;
}

export interface FakeProcess {
  readonly digest: string;
  readonly version: string;
  readonly runId: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly startedMs: number;
  readonly ended: AbortController;
}

export interface FakeServer {
  readonly name: string;
  readonly address: string;
  readonly servicePort: number;
  readonly baseFolder: string;
  readonly files: Map<string, { readonly content: Buffer; readonly mode: number }>;
  readonly present: Set<string>;
  readonly starts: Record<string, number>;
  process: FakeProcess | null;
  /** What runs, or ran last. */
  last: { readonly digest: string; readonly version: string; readonly runId: string } | null;
  /** Number of writes, so that a test can tell that a repeated operation changed nothing. */
  writes: number;
  pulls: number;
  finished: number;
}

export interface FakeMember {
  readonly name: string;
  admin: 'ready' | 'drain' | 'maint';
  weight: number;
  active: number;
  requests: number;
  errors: number;
  latencies: number[];
  credit: number;
  /** The balancer cannot reach the server's service port. */
  unreachable: boolean;
  /** Called healthy whatever its checks would say, as HAProxy does after `maint`. */
  believedHealthy: boolean;
}

export interface FakeWorldOptions {
  readonly servers: readonly string[];
  readonly releases: readonly FakeRelease[];
  /** The pool that all servers stand in. */
  readonly pool?: string;
  /** The digest that runs everywhere at the beginning. */
  readonly running?: string;
}

const FIRST_PORT = 8_100;

export class FakeWorld {
  readonly pool: string;
  readonly servers: ReadonlyMap<string, FakeServer>;
  readonly members: ReadonlyMap<string, FakeMember>;
  readonly releases: ReadonlyMap<string, FakeRelease>;
  routes: Readonly<Record<string, string>> = {};

  constructor(options: FakeWorldOptions) {
    this.pool = options.pool ?? 'web';
    this.releases = new Map(options.releases.map((each) => [each.digest, each]));
    this.servers = new Map(options.servers.map((name, index) => [name, newServer(name, index)]));
    this.members = new Map(options.servers.map((name) => [name, newMember(name)]));
    const release = this.releases.get(options.running ?? '');
    for (const server of release === undefined ? [] : this.servers.values()) {
      if (release !== undefined) this.launch(server, release, 'earlier');
    }
  }

  server(name: string): FakeServer {
    const server = this.servers.get(name);
    if (server !== undefined) return server;
    const known = [...this.servers.keys()].join(', ');
    throw new PortError('unknown', name, `there is no server ${name}`, `Name one of ${known}.`);
  }

  member(name: string): FakeMember {
    const member = this.members.get(name);
    if (member !== undefined) return member;
    const message = `pool ${this.pool} has no server ${name}`;
    throw new PortError('not-found', name, message, 'Add it to the pool of the balancer.');
  }

  /** Where requests through the pool are sent. */
  get poolUrl(): string {
    return `http://pool-${this.pool}.test`;
  }

  /** Starts a release, as an operator or a runtime would. */
  launch(
    server: FakeServer,
    release: FakeRelease,
    runId: string,
    start: Partial<Pick<FakeProcess, 'command' | 'environment'>> = {},
  ): void {
    const { digest, version } = release;
    server.present.add(digest);
    server.starts[digest] = (server.starts[digest] ?? 0) + 1;
    server.last = { digest, version, runId };
    server.process = {
      ...server.last,
      command: start.command ?? [],
      environment: start.environment ?? {},
      startedMs: performance.now(),
      ended: new AbortController(),
    };
  }

  /** Ends what runs; requests in flight break off. */
  end(server: FakeServer): void {
    server.process?.ended.abort();
    server.process = null;
  }

  /** What runs now: a release that exits by itself is gone when its time has come. */
  running(server: FakeServer): FakeProcess | null {
    const { process } = server;
    if (process === null) return null;
    const { exitsAfterMs } = this.releases.get(process.digest) ?? {};
    const hasExited =
      exitsAfterMs !== undefined && performance.now() - process.startedMs >= exitsAfterMs;
    if (hasExited) this.end(server);
    return server.process;
  }

  /** Whether the service port accepts connections. */
  isListening(server: FakeServer): boolean {
    const process = this.running(server);
    if (process === null) return false;
    return (
      performance.now() - process.startedMs >= (this.releases.get(process.digest)?.bootMs ?? 0)
    );
  }

  isHealthy(member: FakeMember): boolean {
    if (member.believedHealthy) return true;
    return !member.unreachable && this.isListening(this.server(member.name));
  }

  /** What the service on a server answers. @throws PortError where nothing listens or it breaks off */
  async serve(server: FakeServer, request: FakeRequest, signal: AbortSignal): Promise<FakeAnswer> {
    const process = this.running(server);
    const place = `${server.address}:${server.servicePort}`;
    if (process === null || !this.isListening(server)) {
      throw new PortError(
        'unreachable',
        place,
        `${place} refused the connection`,
        'Start the service.',
      );
    }
    const release = this.releases.get(process.digest);
    const answer = release?.answer?.(request) ?? defaultAnswer(process.version);
    const broken = AbortSignal.any([signal, process.ended.signal]);
    if (await isCutShort(answer.delayMs ?? 0, broken)) {
      if (signal.aborted) throw signal.reason;
      throw new PortError('unavailable', place, `${place} broke off`, 'Look at the service.');
    }
    return answer;
  }
}

function defaultAnswer(version: string): FakeAnswer {
  return { status: 200, body: JSON.stringify({ status: 'ok', version }) };
}

/** Waits. @returns whether the signal came before the time was over */
export function isCutShort(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve(signal.aborted);
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

function newServer(name: string, index: number): FakeServer {
  return {
    name,
    address: '127.0.0.1',
    servicePort: FIRST_PORT + index,
    baseFolder: `/srv/${name}`,
    files: new Map(),
    present: new Set(),
    starts: {},
    process: null,
    last: null,
    writes: 0,
    pulls: 0,
    finished: 0,
  };
}

function newMember(name: string): FakeMember {
  return {
    name,
    admin: 'ready',
    weight: 1,
    active: 0,
    requests: 0,
    errors: 0,
    latencies: [],
    credit: 0,
    unreachable: false,
    believedHealthy: false,
  };
}
