/** A parallel step: on each server at once, its tasks one after the other. */

import type { ParallelStep } from '../../plan/plan.ts';
import { concludeStep, keepEvidence } from '../judging/conclude-step.ts';
import type { Run } from '../run.ts';
import { runTaskAgain } from '../tasks/again.ts';
import { serversOf } from '../tasks/targets.ts';
import { tasksOf } from '../tasks/tasks-of-step.ts';
import { throwFirst } from './outcomes.ts';
import { runOrLeaveOut } from './tolerant.ts';

/** After the first failure no server begins another task; what runs then is waited for. */
export async function runParallelStep(run: Run, step: ParallelStep): Promise<void> {
  const targets = tasksOf(run, step).map(({ task }) => new Set(serversOf(run, task)));
  const shared = new Map<number, Promise<void>>();
  let stopped = false;

  /** A task of the whole run is done once, by the first server that gets there; the others wait. */
  const once = (index: number): Promise<void> => {
    const running = shared.get(index) ?? runTaskAgain(run, step, index, null);
    shared.set(index, running);
    return running;
  };
  const runOn = async (server: string): Promise<void> => {
    for (const [index, places] of targets.entries()) {
      if (stopped) return;
      if (places.has(null)) await once(index);
      else if (!places.has(server)) continue;
      else if (!(await runOrLeaveOut(run, step, index, server))) return;
    }
  };
  const stopOthers = (error: unknown): never => {
    stopped = true;
    throw error;
  };
  try {
    const { servers } = run.scope;
    throwFirst(await Promise.allSettled(servers.map((server) => runOn(server).catch(stopOthers))));
  } finally {
    keepEvidence(run, step);
  }
  concludeStep(run, step);
}
