/** The pool in front of the servers. */
export interface LoadBalancer {
  state(pool: string): Promise<PoolState>;
  /** Takes no new requests; those in flight go on. Already so: changes nothing. `maint` set by an operator stays. */
  drain(pool: string, server: string): Promise<void>;
  enable(pool: string, server: string): Promise<void>;
  setWeights(pool: string, weights: Readonly<Record<string, number>>): Promise<void>;
  /** Sets these. A balancer that shares its routes with others leaves theirs alone. */
  setRoutes(routes: Readonly<Record<string, string>>): Promise<void>;
  routes(): Promise<Readonly<Record<string, string>>>;
  /** Where requests through this pool are sent, for example http://127.0.0.1:8088 */
  url(pool: string): Promise<string>;
}

export interface PoolState {
  readonly servers: readonly PoolServer[];
  /** Milliseconds the pool has been without any server that takes requests, since the balancer started, as finely as it counts. */
  readonly emptyMs: number;
  /** Names the balancer's process: another one may have forgotten what it was told. */
  readonly process: string;
}

export interface PoolServer {
  readonly name: string;
  /** Of several balancers: ready where all give it requests that an operator has not set to maint. */
  readonly admin: 'ready' | 'drain' | 'maint';
  /** Several balancers disagree: although it is not ready everywhere, one of them gives it requests. */
  readonly split?: true;
  /** The balancer itself keeps it out, no operator did: why, for example a name that does not resolve. */
  readonly held?: string;
  readonly healthy: boolean;
  readonly weight: number;
  /** Requests in flight, not idle keep-alive connections. */
  readonly active: number;
  /** Counters since the balancer started. Requests that it was given and has not passed on to another. */
  readonly requests: number;
  readonly errors: number;
  /** p95 over the balancer's most recent requests to this server, ms; null: no samples, or it keeps none. */
  readonly p95Ms: number | null;
}
