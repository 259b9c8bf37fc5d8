/** In which order what was attempted on a server is undone: last first, but its place in the pool at the end. */
import type { CompensationId } from '../../actions/index.ts';

/**
 * What has to be undone at last, where this has to be undone: a server that the run put into the pool
 * is taken out of it before anything else, and stands in it as before only when all else is undone.
 * null: nothing.
 */
export function undoneAtLast(compensation: CompensationId): CompensationId | null {
  return compensation === 'pool.withdraw' ? 'pool.readmit' : null;
}
