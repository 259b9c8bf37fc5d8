/** `locks break`: asked of a worker, for its local activity judges who may, and signs that it was so. */
import type { BreakLockInput, BrokenLock } from '../../activities/contract.ts';
import { local } from '../tasks/activities.ts';
import { asFailure } from './as-failure.ts';

export async function breakLock(input: BreakLockInput): Promise<BrokenLock> {
  try {
    const summary = `${input.service}/${input.environment}`;
    return await local.breakLock.executeWithOptions({ summary }, [input]);
  } catch (error) {
    throw asFailure(error);
  }
}
