/** What an action is told. */
import { ACTIONS } from '../../actions/index.ts';
import { tells } from '../../actions/questions.ts';
import type { Json, Task } from '../../plan/plan.ts';
import type { ActionInput } from '../../plan/run.ts';
import type { Run, RunIdentity } from '../run.ts';
import { buildReport } from '../showing/report.ts';
import { sectionsOf } from './sections.ts';
import { fillSettings } from './templates.ts';

/** @param server null: once for the run or the batch */
export function inputOf(run: Run, step: number, task: Task, server: string | null): ActionInput {
  const definition = ACTIONS[task.action];
  const before = server === null ? undefined : run.before.get(server);
  return {
    run: run.ref,
    step,
    settings: settingsOf(run, task),
    project: sectionsOf(run.resolved.settings, definition),
    servers: server === null ? run.scope.servers : [server],
    ...(server !== null && { server }),
    ...(before !== undefined && { before }),
    ...(run.source !== undefined && { source: run.source }),
    ...(run.image !== undefined && { image: run.image }),
    ...(tells(task.action) && { report: buildReport(run) }),
  };
}

/** What the document's text sets, and what the plan's rolling rule sets. */
function settingsOf(run: RunIdentity, { action, settings }: Task): Readonly<Record<string, Json>> {
  const filled: Record<string, Json> = { ...fillSettings(settings, run.resolved.parameters) };
  for (const [name, setting] of Object.entries(ACTIONS[action].settings)) {
    if (setting.kind !== 'rolling') continue;
    filled[name] = run.plan.rolling?.[setting.rule] ?? setting.default;
  }
  return filled;
}
