/** One task on one server, where the run may go on without that server. */

import { exclude, tolerates } from '../fleet/excluded.ts';
import type { Run } from '../run.ts';
import { runTaskAgain } from '../tasks/again.ts';
import type { TaskStep } from '../tasks/tasks-of-step.ts';

/** @returns false: it failed, and the run goes on without the server. @throws as runTask otherwise */
export async function runOrLeaveOut(
  run: Run,
  step: TaskStep,
  index: number,
  server: string,
): Promise<boolean> {
  try {
    await runTaskAgain(run, step, index, server);
    return true;
  } catch (error) {
    if (!tolerates(run, step.number, server, error)) throw error;
    exclude(run, step.number, server, error);
    return false;
  }
}
