/** Worker deployment versions: a run finishes on the code that it began with. */
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';

/** The server must have seen the poller before its version can become the current one. */
const LIMIT_MS = 30_000;
const PAUSE_MS = 200;

/** One deployment per task queue, as there is one project per task queue. */
export function deploymentNameOf(taskQueue: string): string {
  return `runsheet-${taskQueue.replace(/[^A-Za-z0-9_-]/gu, '-')}`;
}

export interface Version {
  readonly namespace: string;
  readonly deploymentName: string;
  readonly buildId: string;
}

/** New runs begin on this version. Waits until the server has seen the poller. @throws after 30 s */
export async function makeCurrent(connection: NativeConnection, version: Version): Promise<void> {
  await retrying(() =>
    connection.workflowService.setWorkerDeploymentCurrentVersion({
      ...version,
      ignoreMissingTaskQueues: true,
      identity: 'runsheet worker',
    }),
  );
}

/** Settles when the server has seen a worker poll this queue. @throws after 30 s */
export async function waitForPoller(
  connection: NativeConnection,
  namespace: string,
  taskQueue: string,
): Promise<void> {
  await retrying(async () => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    if ((pollers ?? []).length === 0) throw new Error(`no worker polls ${taskQueue} yet`);
  });
}

async function retrying(attempt: () => Promise<unknown>): Promise<void> {
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() + PAUSE_MS > deadlineMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
