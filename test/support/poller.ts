/** Until a Temporal server has seen a worker. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';

/** Of whatever version. */
export async function untilPolled(env: TestWorkflowEnvironment, taskQueue: string): Promise<void> {
  await expect
    .poll(async () => {
      const { pollers } = await env.connection.workflowService.describeTaskQueue({
        namespace: 'default',
        taskQueue: { name: taskQueue },
        taskQueueType: 1,
      });
      return (pollers ?? []).length;
    })
    .toBeGreaterThan(0);
}
