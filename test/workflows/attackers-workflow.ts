/** What somebody runs who has a worker of their own on the same Temporal server. */
import { getExternalWorkflowHandle, proxyActivities } from '@temporalio/workflow';

/** Schedules one activity on another task queue, with an input of their choice. */
export async function attack(
  taskQueue: string,
  activity: string,
  input: unknown,
): Promise<unknown> {
  const activities = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>({
    taskQueue,
    startToCloseTimeout: '10 seconds',
    retry: { maximumAttempts: 1 },
  });
  return activities[activity]?.(input);
}

/** Signals a workflow that is not theirs. */
export async function signalAs(workflowId: string, signal: string): Promise<void> {
  await getExternalWorkflowHandle(workflowId).signal(signal);
}
