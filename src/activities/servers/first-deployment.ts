import type { CompensationWork } from '../implement.ts';

/** Whether nothing of the service had ever run on the server before the run. */
export function isFirstDeployment({ before }: Pick<CompensationWork, 'before'>): boolean {
  return before.release === null && before.stopped === undefined;
}
