/** An action step: its tasks one after the other; a task on servers runs on all of them at once. */

import { isNotification } from '../../plan/failure/order.ts';
import type { ActionStep, ParallelStep } from '../../plan/plan.ts';
import { isEmptied } from '../fleet/scope.ts';
import { concludeStep, keepEvidence } from '../judging/conclude-step.ts';
import type { Run } from '../run.ts';
import { runTaskAgain } from '../tasks/again.ts';
import { serversOf } from '../tasks/targets.ts';
import { runTask } from '../tasks/task.ts';
import { tasksOf } from '../tasks/tasks-of-step.ts';
import { throwFirst } from './outcomes.ts';
import { runOrLeaveOut } from './tolerant.ts';

export async function runActionStep(run: Run, step: ActionStep): Promise<void> {
  if (isNotification(step)) return notify(run, step);
  try {
    for (const [index, { task }] of tasksOf(run, step).entries()) {
      const work = serversOf(run, task).map((server) =>
        server === null
          ? runTaskAgain(run, step, index, null)
          : runOrLeaveOut(run, step, index, server),
      );
      throwFirst(await Promise.allSettled(work));
      if (isEmptied(run)) return;
    }
  } finally {
    keepEvidence(run, step);
  }
  concludeStep(run, step);
}

/** Tells everybody it can: one channel or record that fails does not silence the others. */
async function notify(run: Run, step: ActionStep | ParallelStep): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (const index of tasksOf(run, step).keys()) {
    results.push(...(await Promise.allSettled([runTask(run, step, index, null)])));
  }
  throwFirst(results);
  concludeStep(run, step);
}
