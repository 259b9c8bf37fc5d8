import type { Duplex } from 'node:stream';
import type { Localized } from '../../diagnostics/language.ts';

/** What the fake world is made of. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
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
  readonly files: Map<
    string,
    { readonly content: Buffer; readonly mode: number; readonly owner?: string }
  >;
  /** What answers on a Unix socket, by its path. */
  readonly sockets: Map<string, (stream: Duplex) => void>;
  readonly present: Set<string>;
  /** What each service had fetched, the latest last. */
  fetched: readonly { readonly service: string; readonly digest: string }[];
  starts: Record<string, number>;
  /** The runs that have started anything. */
  readonly startedBy: Set<string>;
  process: FakeProcess | null;
  /** What runs, or ran last. */
  last: { readonly digest: string; readonly version: string; readonly runId: string } | null;
  /** Number of writes, so that a test can tell that a repeated operation changed nothing. */
  writes: number;
  pulls: number;
  finished: number;
  /** Lines that the service printed. */
  output: readonly string[];
  /** What an examination finds. */
  engine: string;
  platform: string | null;
  /** Its engine does not get at the registry. */
  deniedPull: boolean;
  freeBytes: number;
  portTaken: boolean;
  clockOffsetMs: number;
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
  /** Several balancers disagree, or the balancer itself keeps it out. */
  split?: true;
  held?: Localized;
}

const FIRST_PORT = 8_100;

/** A server on which nothing ever ran. */
export function newServer(name: string, index: number): FakeServer {
  return {
    name,
    address: '127.0.0.1',
    servicePort: FIRST_PORT + index,
    baseFolder: `/srv/${name}`,
    files: new Map(),
    sockets: new Map(),
    present: new Set(),
    fetched: [],
    starts: {},
    startedBy: new Set(),
    process: null,
    last: null,
    writes: 0,
    pulls: 0,
    finished: 0,
    output: [],
    engine: 'fake',
    platform: null,
    deniedPull: false,
    freeBytes: 100 * 1024 ** 3,
    portTaken: false,
    clockOffsetMs: 0,
  };
}

/** A member of the pool that is ready and has served nothing. */
export function newMember(name: string): FakeMember {
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
