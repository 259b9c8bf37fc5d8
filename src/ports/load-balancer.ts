/** The pool in front of the servers. */
export interface LoadBalancer {
  state(pool: string): Promise<PoolState>;
  /** Takes no new requests; those in flight go on. Already so: changes nothing. `maint` set by an operator stays. */
  drain(pool: string, server: string): Promise<void>;
  enable(pool: string, server: string): Promise<void>;
  setWeights(pool: string, weights: Readonly<Record<string, number>>): Promise<void>;
  setRoutes(routes: Readonly<Record<string, string>>): Promise<void>;
  routes(): Promise<Readonly<Record<string, string>>>;
  /** Where requests through this pool are sent, for example http://127.0.0.1:8088 */
  url(pool: string): Promise<string>;
}

export interface PoolState {
  readonly servers: readonly PoolServer[];
  /** Milliseconds the pool has been without any server that takes requests, since the balancer started. */
  readonly emptyMs: number;
  /** Names the balancer's process: another one may have forgotten what it was told. */
  readonly process: string;
}

export interface PoolServer {
  readonly name: string;
  readonly admin: 'ready' | 'drain' | 'maint';
  readonly healthy: boolean;
  readonly weight: number;
  /** Requests in flight, not idle keep-alive connections. */
  readonly active: number;
  /** Counters since the balancer started. */
  readonly requests: number;
  readonly errors: number;
  /** p95 over the balancer's most recent requests to this server, ms; null: no samples, or it keeps none. */
  readonly p95Ms: number | null;
}
