/** What undoes what was attempted, by its name, and in which order: last first, but a server's place in the pool at the end. */
import type { CompensationId } from '../../actions/index.ts';

/** A compensation of ours, or the `undo` of a project's action. */
export type UndoId = CompensationId | CommandUndoId;
type CommandUndoId = `${typeof COMMAND}${string}`;

const COMMAND = 'project.undo ';

/** The undo of an action of the project. */
export function undoOfCommand(name: string): UndoId {
  return `${COMMAND}${name}`;
}

/** The project's action that it undoes; null: it is a compensation of ours. */
export function commandUndoneBy(undo: UndoId): string | null {
  return isOfCommand(undo) ? undo.slice(COMMAND.length) : null;
}

export function isOfCommand(undo: UndoId): undo is CommandUndoId {
  return undo.startsWith(COMMAND);
}

/**
 * What has to be undone at last, where this has to be undone: a server that the run put into the pool
 * is taken out of it before anything else, and stands in it as before only when all else is undone.
 * null: nothing.
 */
export function undoneAtLast(undo: UndoId): CompensationId | null {
  return undo === 'pool.withdraw' ? 'pool.readmit' : null;
}
