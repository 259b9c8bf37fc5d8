/** Where a task runs. */
import { ACTIONS } from '../actions/definitions.ts';
import type { ActionId } from '../actions/ids.ts';
import type { PlanStep, Task } from '../plan/plan.ts';
import type { ResolvedRun } from '../plan/run.ts';

export { changesServers } from '../actions/changes.ts';

/** The servers that a task runs on; `[null]`: once, for the run. */
export function serversOf(
  resolved: Pick<ResolvedRun, 'servers' | 'settings'>,
  task: Task,
): readonly (string | null)[] {
  if (task.action !== 'project.command') {
    return ACTIONS[task.action].scope === 'server' ? resolved.servers : [null];
  }
  const command = resolved.settings.actions[commandName(task)];
  if (command?.on === 'each-server') return resolved.servers;
  return command?.on === 'first-server' ? resolved.servers.slice(0, 1) : [null];
}

/** The key of runsheet.yaml's `actions` that a project.command runs. */
export function commandName(task: Task): string {
  const name = task.settings['name'];
  return typeof name === 'string' ? name : '';
}

const NOTIFYING: readonly ActionId[] = ['report.write', 'notify.send', 'record.update'];

/** Whether a step only tells people how the run ended, so that it also runs after a failure. */
export function isNotification(step: PlanStep): boolean {
  return (
    (step.kind === 'action' || step.kind === 'parallel') &&
    step.tasks.length > 0 &&
    step.tasks.every((task) => NOTIFYING.includes(task.action))
  );
}
