/** Who asks a queue for work. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

/** A worker that lives asks again within 60 s at the latest. */
const POLL_MS = 75_000;

/** The workers that have polled the queue within the time of one poll. */
export async function pollersOf(
  client: Client,
  taskQueue: string,
): Promise<readonly proto.temporal.api.taskqueue.v1.IPollerInfo[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const sinceMs = Date.now() - POLL_MS;
  return (pollers ?? []).filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= sinceMs,
  );
}
