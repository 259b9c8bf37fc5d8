/** Which activities change servers. */
import { ACTIONS, COMPENSATIONS } from '../../../src/actions/index.ts';

/** What has a compensation, or is one. */
export function changesServers(activity: string): boolean {
  if (Object.hasOwn(COMPENSATIONS, activity)) return true;
  return Object.values(ACTIONS).some(
    ({ id, compensation }) => id === activity && compensation !== undefined,
  );
}
