/** Signs what the activities of a watch will be told: its run's own seals are good for that run alone. */
import type { RunRef } from '../../plan/run.ts';
import { sealedWork } from '../../plan/sealed-work.ts';
import type { WatchedRun } from '../../plan/watched-run.ts';
import type { Seal, Signature } from '../../ports/seal.ts';
import type { Execution, OfRun } from '../contract.ts';

/** Activities of the watch. */
const WATCHING = ['awaitRunEnd', 'alarm'] as const;

/** @param watch as the server says */
export async function sealWatch(seal: Seal, told: RunRef, watch: Execution): Promise<WatchedRun> {
  const run = { ...told, workflowId: watch.workflowId };
  const seals: Record<string, Signature> = {};
  for (const activity of WATCHING)
    seals[activity] = await seal.sign(sealedWork(activity, watch.runId, { run }));
  return { run, proof: { runId: watch.runId, seals } };
}

/** Whether the run that has started the watch was itself told what it tells. */
export async function isToldBy(
  seal: Seal,
  { run, seal: shown }: OfRun,
  by: Execution,
): Promise<boolean> {
  if (shown === undefined || run.workflowId !== by.workflowId || shown.runId !== by.runId)
    return false;
  const { key, value, runId } = shown;
  return (await seal.verify(sealedWork('beginWatch', runId, { run }), { key, value })) === 'good';
}
