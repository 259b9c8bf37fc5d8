/** One in-memory world behind all fakes, so that what one changes the others see. For unit tests. */
import { PortError } from '../../ports/port-error.ts';
import {
  type FakeAnswer,
  type FakeMember,
  type FakeProcess,
  type FakeRelease,
  type FakeRequest,
  type FakeServer,
  newMember,
  newServer,
} from './fake-shapes.ts';

export type { FakeAnswer, FakeMember, FakeRelease, FakeRequest, FakeServer };

export interface FakeWorldOptions {
  readonly servers: readonly string[];
  readonly releases: readonly FakeRelease[];
  /** The pool that all servers stand in. */
  readonly pool?: string;
  /** The digest that runs everywhere at the beginning. */
  readonly running?: string;
}

export class FakeWorld {
  readonly pool: string;
  readonly servers: ReadonlyMap<string, FakeServer>;
  readonly members: ReadonlyMap<string, FakeMember>;
  readonly releases: ReadonlyMap<string, FakeRelease>;
  routes: Readonly<Record<string, string>> = {};
  /** Pools of other services, where routes may lead. */
  readonly otherPools = new Set<string>();
  /** Another value: the balancer started anew. */
  balancerProcess = '1';

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

  /** The balancer starts anew: it has forgotten states and counters. */
  restartBalancer(): void {
    this.balancerProcess = String(Number(this.balancerProcess) + 1);
    for (const member of this.members.values()) {
      Object.assign(member, { admin: 'ready', requests: 0, errors: 0, latencies: [] });
    }
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
    server.startedBy.add(runId);
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
