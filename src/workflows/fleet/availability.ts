/** Which of the run's servers serve, and how long none of them did. */
import type { ServerBefore } from '../../plan/run.ts';

export type PoolState = 'in' | 'out' | 'unknown' | 'none';

/** Whether a server took traffic before the run. */
export function standing(before: ServerBefore | undefined): PoolState {
  if (before?.pool === 'none') return 'none';
  return before?.pool === 'ready' ? 'in' : 'out';
}

/** Counts the time between the last server that left and the first that came back. */
export class Availability {
  private readonly pool = new Map<string, PoolState>();
  private serving = 0;
  private emptySinceMs: number | null = null;
  private emptyMs = 0;

  /** Notes where a server stands. A server that was never in the pool does not make it empty. */
  note(server: string, state: PoolState, atMs: number): void {
    const before = this.serving;
    if (this.pool.get(server) === 'in') this.serving -= 1;
    if (state === 'in') this.serving += 1;
    this.pool.set(server, state);
    if (before > 0 && this.serving === 0) this.emptySinceMs = atMs;
    if (before === 0 && this.serving > 0) this.close(atMs);
  }

  stateOf(server: string): PoolState {
    return this.pool.get(server) ?? 'unknown';
  }

  /** Milliseconds without any server of the run in the pool, up to `nowMs`. */
  withoutServiceMs(nowMs: number): number {
    const open = this.emptySinceMs === null ? 0 : Math.max(0, nowMs - this.emptySinceMs);
    return this.emptyMs + open;
  }

  /** How many of the run's servers take traffic. */
  servingCount(): number {
    return this.serving;
  }

  private close(atMs: number): void {
    this.emptyMs = this.withoutServiceMs(atMs);
    this.emptySinceMs = null;
  }
}
