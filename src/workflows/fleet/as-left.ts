/** Whether servers are as this run left them, after a time in which it did not hold the lock. */
import { isCancellation } from '@temporalio/workflow';
import { restoredRunId } from '../../actions/restored.ts';
import { say } from '../../diagnostics/language.ts';
import { WAS_RESET } from '../../plan/failure/meaning.ts';
import type { FormerRun, ServerBefore } from '../../plan/run.ts';
import { type FleetParts, type RunIdentity } from '../run.ts';
import { poolText } from '../showing/words.ts';
import { messageOf, typeOf } from '../steps/failure.ts';
import { probeServer } from './probe-server.ts';

export interface ServerChange {
  readonly server: string;
  /** For people: what it should be, and what it is. */
  readonly text: string;
  /** Somebody else has deployed there. */
  readonly isForeign: boolean;
}

/** Asks every server that the run works on, or still has something to undo on. None before it knew them. */
export async function changedMeanwhile(
  run: FleetParts,
  step: number,
): Promise<readonly ServerChange[]> {
  if (run.before.size === 0) return [];
  const servers = run.resolved.servers.filter(
    (server) => !run.excluded.has(server) || run.saga.last(server) !== undefined,
  );
  const found = await Promise.all(servers.map((server) => changeOn(run, step, server)));
  return found.flat();
}

async function changeOn(
  run: FleetParts,
  step: number,
  server: string,
): Promise<readonly ServerChange[]> {
  try {
    const now = await probeServer(run, step, server);
    const there = deployedOn(now);
    if (!isLeftByRun(run, server, there)) {
      const text = `${server} ${shownVersion(run, server)} → ${there?.version ?? '–'}`;
      return [{ server, text, isForeign: there !== null }];
    }
    const moved = movedInPool(run, now);
    return moved === null ? [] : [{ server, text: moved, isForeign: false }];
  } catch (error) {
    if (isCancellation(error) || typeOf(error) === WAS_RESET) throw error;
    return [{ server, text: `${server}: ${messageOf(error)}`, isForeign: false }];
  }
}

/** What it runs, or ran last. */
export function deployedOn(before: ServerBefore | undefined): FormerRun | null {
  return before?.release ?? before?.stopped ?? null;
}

/** A task may have been half done: the release of before, this run's, and the former one put back are its own. */
function isLeftByRun(run: FleetParts, server: string, there: FormerRun | null): boolean {
  const then = deployedOn(run.before.get(server));
  if (there === null) return then === null || run.saga.touched.has(server);
  if (there.digest === then?.digest && there.runId === then?.runId) return true;
  const { requestId, version } = run.ref;
  if (there.runId === undefined) return there.version === version;
  return [requestId, restoredRunId(requestId)].includes(there.runId);
}

/** null: it stands where the run has put it, or nobody knows. */
function movedInPool(run: FleetParts, { server, pool }: ServerBefore): string | null {
  const shown = run.status.servers[run.serverIndex.get(server) ?? -1]?.pool;
  if (shown !== 'in' && shown !== 'out') return null;
  const isIn = pool === 'ready';
  if (isIn === (shown === 'in')) return null;
  const { language } = run.ref;
  const [was, is] = [poolText(shown, language), poolText(isIn ? 'in' : 'out', language)];
  return say(run.ref, `${server} ${was} → ${is}`, `${server}: ${was} → ${is}`);
}

function shownVersion(run: FleetParts & RunIdentity, server: string): string {
  return run.status.servers[run.serverIndex.get(server) ?? -1]?.version ?? '–';
}
