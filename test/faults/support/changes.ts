/** Which activities change servers. */
import { ACTIONS, COMPENSATIONS } from '../../../src/actions/index.ts';

/** What has a compensation, or is one. */
export function changesServers(activity: string): boolean {
  if (Object.hasOwn(COMPENSATIONS, activity)) return true;
  return Object.values(ACTIONS).some(
    ({ id, compensation }) => id === activity && compensation !== undefined,
  );
}

/** What changes them too, and needs nothing undone. */
const BESIDE = ['prefetchServer', 'image.pull', 'routes.update', 'finishServer'];

/** Whether it changes a server or the pool in any way. */
export function touchesServers(activity: string): boolean {
  return changesServers(activity) || BESIDE.includes(activity);
}
