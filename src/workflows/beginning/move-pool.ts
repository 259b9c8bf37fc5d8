/**
 * `pool in`, `pool out`: asked of a worker. A local activity judges who may, and signs it; the activity that
 * tells the load balancer does nothing without that.
 */
import type { MovedServer, MovePoolInput } from '../../plan/pool-move.ts';
import { local, poolMoves } from '../tasks/activities.ts';
import { asFailure } from './as-failure.ts';

export async function movePool(input: MovePoolInput): Promise<MovedServer> {
  try {
    const summary = `${input.server} ${input.to}`;
    const permitted = await local.permitMove.executeWithOptions({ summary }, [input]);
    return await poolMoves.moveServer.executeWithOptions({ summary }, [permitted]);
  } catch (error) {
    throw asFailure(error);
  }
}
