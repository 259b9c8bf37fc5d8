/** Which servers a step works on: all that are still in the run, or the batch whose turn it is. */
import type { Run } from '../run.ts';

export interface Scope {
  readonly servers: readonly string[];
  /** Index of the batch, from 0; null: the steps outside a rolling group. */
  readonly batch: number | null;
}

/** The servers of the run without those that it goes on without. */
export function serversInRun({ resolved, leftOut }: Pick<Run, 'resolved' | 'leftOut'>): string[] {
  return resolved.servers.filter((server) => !leftOut.has(server));
}

/** The steps that follow work on all servers of the run. */
export function widenScope(run: Run): void {
  run.scope = { servers: serversInRun(run), batch: null };
}

/** Whether every server of the batch has been left out: its steps have nothing more to do. */
export function isEmptied({ scope }: Pick<Run, 'scope'>): boolean {
  return scope.batch !== null && scope.servers.length === 0;
}
