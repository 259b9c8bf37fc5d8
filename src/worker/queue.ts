/** A task queue is one project's: whose workers ask it for work. */
import { hostname } from 'node:os';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { diagnose } from '../diagnostics/diagnose.ts';
import { WorkerStartError } from './start-error.ts';

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;
/** A worker that lives asks again within a minute; the server remembers one for five. */
const LIVES_MS = 70_000;

export interface Queue {
  readonly namespace: string;
  readonly taskQueue: string;
  /** The project's own. */
  readonly service: string;
}

/** What the server, its Web UI and other projects' workers see of this one. */
export function identityOf(service: string): string {
  return `runsheet/${service}/${process.pid}@${hostname()}`;
}

/** The project of a worker; null: it is not one of ours, or of a version that did not say. */
export function projectOf(identity: string): string | null {
  return /^runsheet\/([^/]+)\/\d+@/u.exec(identity)?.[1] ?? null;
}

/** Whether the server has seen this worker ask for work within the last minute. */
export async function isSeen(
  connection: NativeConnection,
  { namespace, taskQueue, service }: Queue,
): Promise<boolean> {
  const identity = identityOf(service);
  const pollers = await pollersOf(connection, namespace, taskQueue);
  return pollers.some((each) => each.identity === identity && sinceMsOf(each) <= LIVES_MS);
}

/** @throws WorkerStartError WRONG_PROJECT where a worker of another project asks the same queue */
export async function refuseOtherProjects(
  connection: NativeConnection,
  { namespace, taskQueue, service }: Queue,
): Promise<void> {
  for (const poller of await pollersOf(connection, namespace, taskQueue)) {
    const identity = poller.identity ?? '';
    const other = projectOf(identity);
    if (other === null || other === service || sinceMsOf(poller) > LIVES_MS) continue;
    const found = { other, identity, queue: taskQueue };
    throw new WorkerStartError(diagnose('WRONG_PROJECT', 'polled', found));
  }
}

type Poller = proto.temporal.api.taskqueue.v1.IPollerInfo;

async function pollersOf(
  connection: NativeConnection,
  namespace: string,
  taskQueue: string,
): Promise<readonly Poller[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  return pollers ?? [];
}

function sinceMsOf({ lastAccessTime }: Poller): number {
  return Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000;
}
