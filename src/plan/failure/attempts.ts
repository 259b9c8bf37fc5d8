/** What a task registers to be undone before it is attempted, and where. Pure: a run and its plan ask the same. */
import { ACTIONS } from '../../actions/index.ts';
import { commandOf } from '../../actions/questions.ts';
import type { Task } from '../plan.ts';
import type { ProjectAction } from '../settings.ts';
import { type UndoId, undoOfCommand } from './undoing.ts';

/** What undoes an attempt, and where it is undone. */
export interface Attempted {
  readonly undo: UndoId;
  readonly servers: readonly string[];
  /** Set where it is done once for all of them, with the name under which it is known; null: on each. */
  readonly once: string | null;
}

interface Situated {
  /** Those of the whole run, in its order, less the excluded ones. */
  readonly servers: readonly string[];
  readonly actions: Readonly<Record<string, ProjectAction>>;
}

interface Scope {
  readonly servers: readonly string[];
  /** Index of the batch, from 0; null: not in batches. */
  readonly batch: number | null;
}

/** Whatever of a task can be undone; it registers each once. */
export function attemptsOf(
  { servers: all, actions }: Situated,
  { servers, batch }: Scope,
  task: Task,
): readonly Attempted[] {
  const { compensation } = ACTIONS[task.action];
  if (compensation !== undefined) return [{ undo: compensation.id, servers, once: null }];
  const name = commandOf(task);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action?.undo === undefined) return [];
  const undo = undoOfCommand(name);
  switch (action.on) {
    case 'each-server':
      return [{ undo, servers, once: null }];
    case 'first-server':
      return [{ undo, servers: servers.filter((each) => each === all[0]), once: null }];
    case 'each-batch':
      return [{ undo, servers, once: `${name} ${batch ?? ''}` }];
    case 'worker': {
      const isHere = batch === null || all[0] === undefined || servers.includes(all[0]);
      return isHere ? [{ undo, servers, once: name }] : [];
    }
  }
}

/** The project's action that a task runs, where nothing takes back what it did; null: it is none. */
export function irreversibleIn(actions: Situated['actions'], task: Task): string | null {
  const name = commandOf(task);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return action?.irreversible === undefined ? null : name;
}
