/** The pool in front of the servers. */
export interface LoadBalancer {
  /** The same for every balancer of a kind. */
  readonly capabilities: BalancerCapabilities;
  state(pool: string): Promise<PoolState>;
  /** Takes no new requests; those in flight go on. Already so: changes nothing. `maint` set by an operator stays. */
  drain(pool: string, server: string): Promise<void>;
  enable(pool: string, server: string): Promise<void>;
  /**
   * For a person, who may what no run may. on: `maint`, whatever it was; off: `ready`, whoever had taken it
   * out. Already so: changes nothing.
   */
  setMaintenance(pool: string, server: string, on: boolean): Promise<void>;
  setWeights(pool: string, weights: Readonly<Record<string, number>>): Promise<void>;
  /** Sets these, and takes away those that are null; all others are left alone, they may be another service's. */
  setRoutes(routes: RouteChanges): Promise<void>;
  /** null: it has no routes. */
  routes(): Promise<Readonly<Record<string, string>> | null>;
  /** Where requests through this pool are sent, for example http://127.0.0.1:8088 */
  url(pool: string): Promise<string>;
  /**
   * Throws what would stand in the way of a change, and changes nothing. Absent: where `state` answers,
   * nothing would.
   */
  assertChangeable?(pool: string): Promise<void>;
}

/** Path prefix → pool; null: no route. */
export type RouteChanges = Readonly<Record<string, string | null>>;

/**
 * What a balancer can tell and do. What it cannot tell is null in its answers, never 0; what it cannot
 * do is refused as `invalid`.
 */
export interface BalancerCapabilities {
  /** There is a pool that servers leave and join. Without one `state` has no servers, and nothing else here holds. */
  readonly pool: boolean;
  /** `healthy`: it checks its servers. */
  readonly health: boolean;
  /** `active`. */
  readonly inFlight: boolean;
  /** `requests` and `errors`. */
  readonly counters: boolean;
  /** `p95Ms`. */
  readonly responseTimes: boolean;
  /** `weight` is told, and can be set. */
  readonly weights: boolean;
  readonly routes: boolean;
  /**
   * What becomes of drained states when the balancer starts anew. keeps: nothing is forgotten; detected:
   * they are forgotten, and `process` is another one then; undetected: nobody would notice.
   */
  readonly reload: 'keeps' | 'detected' | 'undetected';
}

export interface PoolState {
  readonly servers: readonly PoolServer[];
  /** Milliseconds the pool has been without any server that takes requests, since the balancer started, as finely as it counts. */
  readonly emptyMs: number | null;
  /** Names the balancer's process where another one has forgotten what it was told. */
  readonly process: string | null;
}

export interface PoolServer {
  readonly name: string;
  /** Of several balancers: ready where all give it requests that an operator has not set to maint. */
  readonly admin: 'ready' | 'drain' | 'maint';
  /** Several balancers disagree: although it is not ready everywhere, one of them gives it requests. */
  readonly split?: true;
  /** The balancer itself keeps it out, no operator did: why, for example a name that does not resolve. */
  readonly held?: { readonly zh: string; readonly en: string };
  readonly healthy: boolean | null;
  readonly weight: number | null;
  /** Requests in flight, not idle keep-alive connections. */
  readonly active: number | null;
  /**
   * Upgraded connections, such as WebSockets, which end when one side wants to and are not counted in
   * `active`; `oldestSeconds` null: not told. Absent: there are none, or it cannot tell.
   */
  readonly tunnels?: { readonly count: number; readonly oldestSeconds: number | null };
  /** What a wait for the requests in flight waits for, where their number alone does not say it. */
  readonly awaited?: { readonly zh: string; readonly en: string };
  /** Counters since the balancer started. Requests that it was given and has not passed on to another. */
  readonly requests: number | null;
  readonly errors: number | null;
  /** p95 over the balancer's most recent requests to this server, ms; null: no samples, or it keeps none. */
  readonly p95Ms: number | null;
}
