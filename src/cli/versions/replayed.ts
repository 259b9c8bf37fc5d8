/** Replays runs against this installation, and tells which of them it would carry on. */
import { loadWorkflowCode } from '../../worker/versions/bundle.ts';
import { historyOf, type RunHistory } from '../../worker/versions/histories.ts';
import type { Replayed } from '../../worker/versions/replay.ts';
import type { Server } from '../../worker/versions/server.ts';

/** Of one run after the other, each as soon as it is known. */
export async function* replayRuns(
  server: Server,
  runs: readonly { readonly workflowId: string; readonly runId?: string }[],
): AsyncGenerator<Replayed, void> {
  const code = await loadWorkflowCode();
  // Temporal's own worker, which takes a second to load.
  const { replay } = await import('../../worker/versions/replay.ts');
  yield* replay(code, histories(server, runs));
}

async function* histories(
  server: Server,
  runs: readonly { readonly workflowId: string; readonly runId?: string }[],
): AsyncGenerator<RunHistory, void> {
  for (const { workflowId, runId } of runs) yield await historyOf(server, workflowId, runId);
}

/** The build id of this installation. */
export async function installedBuild(): Promise<string> {
  const { buildId } = await loadWorkflowCode();
  return buildId;
}
