/** Where a task runs. */
import { ACTIONS } from '../../actions/index.ts';
import type { Task } from '../../plan/plan.ts';
import { serversInRun } from '../fleet/scope.ts';
import type { RunIdentity, ServersPart } from '../run.ts';

/** The servers of the scope that a task runs on; `[null]`: once, for the run or the batch. */
export function serversOf(run: RunIdentity & ServersPart, task: Task): readonly (string | null)[] {
  const { servers } = run.scope;
  const { scope } = ACTIONS[task.action];
  if (scope !== 'command') return scope === 'server' ? servers : [null];
  const command = run.resolved.settings.actions[commandName(task)];
  if (command?.on === 'each-server') return servers;
  if (command?.on === 'each-batch') return [null];
  // The first of the run, not of each batch: what is done once must not be done again.
  const [first] = serversInRun(run);
  if (command?.on === 'first-server') return servers.filter((server) => server === first);
  return run.scope.batch === null || first === undefined || servers.includes(first) ? [null] : [];
}

/** Whether a task runs in the checkout, where a worker builds. */
export function isInCheckout({ resolved }: RunIdentity, task: Task): boolean {
  const { runs, scope } = ACTIONS[task.action];
  if (scope !== 'command') return runs === 'build';
  const on = resolved.settings.actions[commandName(task)]?.on;
  return on === 'worker' || on === 'each-batch';
}

/** The key of runsheet.yaml's `actions` that a project.command runs. */
export function commandName(task: Task): string {
  const name = task.settings['name'];
  return typeof name === 'string' ? name : '';
}
