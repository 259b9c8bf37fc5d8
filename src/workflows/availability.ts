/** Which of the run's servers take traffic, and how long none of them did. */

export type PoolState = 'in' | 'out' | 'unknown';

/** Counts the time between the last server that left the pool and the first that came back. */
export class Availability {
  private readonly pool = new Map<string, PoolState>();
  private emptySinceMs: number | null = null;
  private emptyMs = 0;

  /** Notes where a server stands. A server that was never in the pool does not make it empty. */
  note(server: string, state: PoolState, atMs: number): void {
    const servedBefore = this.serving();
    this.pool.set(server, state);
    const servesNow = this.serving();
    if (servedBefore && !servesNow) this.emptySinceMs = atMs;
    if (!servedBefore && servesNow) this.close(atMs);
  }

  stateOf(server: string): PoolState {
    return this.pool.get(server) ?? 'unknown';
  }

  /** Milliseconds without any server of the run in the pool, up to `nowMs`. */
  withoutServiceMs(nowMs: number): number {
    const open = this.emptySinceMs === null ? 0 : Math.max(0, nowMs - this.emptySinceMs);
    return this.emptyMs + open;
  }

  private serving(): boolean {
    return [...this.pool.values()].includes('in');
  }

  private close(atMs: number): void {
    this.emptyMs = this.withoutServiceMs(atMs);
    this.emptySinceMs = null;
  }
}
