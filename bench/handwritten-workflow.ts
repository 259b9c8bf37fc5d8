/**
 * The seed's deployment as written by hand for Temporal: the same activities, one per phrase and server,
 * in the same order and with the same parallel parts, and nothing else.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { ActionId } from '../src/actions/index.ts';
import type { ActionActivities } from '../src/activities/contract.ts';
import type { ActionInput } from '../src/plan/run.ts';

const activities = proxyActivities<ActionActivities>({
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '20 minutes',
  heartbeatTimeout: '30 seconds',
});

export interface HandwrittenInput {
  readonly base: ActionInput;
}

export async function handwritten({ base }: HandwrittenInput): Promise<void> {
  const once = (step: number, action: ActionId) => activities[action]({ ...base, step });
  const on = (step: number, action: ActionId, server: string) =>
    activities[action]({ ...base, step, server });
  const onAll = (step: number, action: ActionId) =>
    Promise.all(base.servers.map((server) => on(step, action, server)));
  const eachServer = (step: number, actions: readonly ActionId[]) =>
    Promise.all(
      base.servers.map(async (server) => {
        for (const action of actions) await on(step, action, server);
      }),
    );

  for (const action of ['code.analyze', 'code.lint', 'code.scan', 'code.audit'] as const) {
    await once(1, action);
  }
  for (const action of ['tests.run', 'tests.coverage', 'tests.verify'] as const)
    await once(2, action);
  for (const action of ['build.compile', 'build.package', 'image.build', 'image.push'] as const) {
    await once(3, action);
  }
  await eachServer(6, ['pool.drain', 'connections.wait', 'service.stop']);
  await eachServer(7, ['image.pull', 'config.update', 'service.start', 'service.ready']);
  for (const action of [
    'health.port',
    'health.endpoint',
    'health.smoke',
    'health.performance',
  ] as const) {
    await onAll(8, action);
  }
  await onAll(9, 'pool.enable');
  for (const action of ['routes.update', 'traffic.verify'] as const) await once(9, action);
  for (const action of ['report.write', 'notify.send', 'record.update'] as const)
    await once(10, action);
}
