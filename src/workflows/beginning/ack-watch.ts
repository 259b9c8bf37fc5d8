/** `watch ack`: asked of a worker, for its local activity judges who may, and tells the watch. */
import type { AckedWatch, AckWatchInput } from '../../plan/watched-run.ts';
import { local } from '../tasks/activities.ts';
import { asFailure } from './as-failure.ts';

export async function ackWatch(input: AckWatchInput): Promise<AckedWatch> {
  try {
    return await local.acknowledgeWatch.executeWithOptions({ summary: input.watched }, [input]);
  } catch (error) {
    throw asFailure(error);
  }
}
