/** What an action is told. */
import { ACTIONS } from '../../actions/index.ts';
import { tells } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { taskSettings } from '../../actions/task-settings.ts';
import type { Task } from '../../plan/plan.ts';
import type { ActionInput } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { Run } from '../run.ts';
import { buildReport } from '../showing/report.ts';

/** @param server null: once for the run or the batch */
export function inputOf(run: Run, step: number, task: Task, server: string | null): ActionInput {
  const definition = ACTIONS[task.action];
  const settings = taskSettings(task, run.resolved);
  const before = server === null ? undefined : run.before.get(server);
  return {
    run: run.ref,
    step,
    settings,
    seal: sealFor(run.resolved.proof, task.action, settings),
    project: sectionsOf(run.resolved.settings, definition),
    servers: server === null ? run.scope.servers : [server],
    ...(server !== null && { server }),
    ...(before !== undefined && { before }),
    ...(run.source !== undefined && { source: run.source }),
    ...(run.image !== undefined && { image: run.image }),
    ...(tells(task.action) && { report: buildReport(run) }),
  };
}
