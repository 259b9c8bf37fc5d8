/** Which servers a step works on: all that are still in the run, or the batch whose turn it is. */
import type { RunIdentity, ServersPart } from '../run.ts';

/** The servers of the run without those that it goes on without. */
export function serversInRun({ resolved, excluded }: RunIdentity & ServersPart): string[] {
  return resolved.servers.filter((server) => !excluded.has(server));
}

/** The steps that follow work on all servers of the run. */
export function widenScope(run: RunIdentity & ServersPart): void {
  run.scope = { servers: serversInRun(run), batch: null };
}

/** Whether a step works on a batch, so that others follow on the same step. */
export function isInBatch({ scope }: ServersPart): boolean {
  return scope.batch !== null;
}

/** Whether every server of the batch has been left out: its steps have nothing more to do. */
export function isEmptied({ scope }: ServersPart): boolean {
  return scope.batch !== null && scope.servers.length === 0;
}
