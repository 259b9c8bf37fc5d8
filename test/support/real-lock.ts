/** What a worker's activities ask the server about locks, for a harness on a real one. */
import { createLocalActivities, type DecisionPolicy } from '../../src/activities/local/index.ts';
import { createFakeSeal } from '../../src/adapters/fake/fake-seal.ts';
import { createTemporalAccess } from '../../src/worker/temporal-access.ts';
import type { Harness } from './run-harness.ts';

export type RealLock = ReturnType<typeof createLocalActivities>;

export function realLock({ env, taskQueue }: Harness, policy?: DecisionPolicy): RealLock {
  return createLocalActivities({
    resolve: () => Promise.reject(new Error('not asked')),
    policy: () =>
      policy === undefined ? Promise.reject(new Error('not asked')) : Promise.resolve(policy),
    temporal: () => Promise.resolve(createTemporalAccess(env.nativeConnection, 'default')),
    taskQueue,
    seal: createFakeSeal(),
  });
}

/** Those of a world's runs; of the locks themselves, Harness has them. */
export function lockActivities({
  lookAtLock,
  awaitLock,
  breakLock,
}: RealLock): Pick<RealLock, 'lookAtLock' | 'awaitLock' | 'breakLock'> {
  return { lookAtLock, awaitLock, breakLock };
}
