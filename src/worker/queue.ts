/** A task queue is one project's: whose workers ask it for work. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { diagnose } from '../diagnostics/diagnose.ts';
import { WorkerStartError } from './start-error.ts';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } =
  proto.temporal.api.enums.v1.TaskQueueType;
/** As the server calls them. */
const TYPES = {
  workflow: TASK_QUEUE_TYPE_WORKFLOW,
  activity: TASK_QUEUE_TYPE_ACTIVITY,
} as const satisfies Readonly<Record<PolledQueue['kind'], number>>;
const SEEN_LIMIT_MS = 30_000;
const PAUSE_MS = 200;
/** A worker that lives asks again within a minute; the server remembers one for five. */
const LIVES_MS = 70_000;

/** A task queue, and what is polled for on it. */
export interface PolledQueue {
  readonly taskQueue: string;
  readonly kind: 'workflow' | 'activity';
}

export interface Queue extends PolledQueue {
  readonly namespace: string;
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
  { service, ...queue }: Queue,
): Promise<boolean> {
  const identity = identityOf(service);
  const pollers = await pollersOf(connection, queue);
  return pollers.some((each) => each.identity === identity && sinceMsOf(each) <= LIVES_MS);
}

/** @throws WorkerStartError WRONG_PROJECT where a worker of another project asks the same queue */
export async function refuseOtherProjects(
  connection: NativeConnection,
  { service, ...queue }: Queue,
): Promise<void> {
  for (const poller of await pollersOf(connection, queue)) {
    const identity = poller.identity ?? '';
    const other = projectOf(identity);
    if (other === null || other === service || sinceMsOf(poller) > LIVES_MS) continue;
    const found = { other, identity, queue: queue.taskQueue };
    throw new WorkerStartError(diagnose('WRONG_PROJECT', 'polled', found));
  }
}

type Poller = proto.temporal.api.taskqueue.v1.IPollerInfo;

async function pollersOf(
  connection: NativeConnection,
  { namespace, taskQueue, kind }: Omit<Queue, 'service'>,
): Promise<readonly Poller[]> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: TYPES[kind],
  });
  return pollers ?? [];
}

function sinceMsOf({ lastAccessTime }: Poller): number {
  return Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000;
}

/** Settles when the server has seen a worker poll this queue. @throws after 30 s */
export async function waitForPoller(
  connection: NativeConnection,
  namespace: string,
  queue: PolledQueue,
): Promise<void> {
  const deadlineMs = Date.now() + SEEN_LIMIT_MS;
  for (;;) {
    if ((await pollersOf(connection, { namespace, ...queue })).length > 0) return;
    if (Date.now() + PAUSE_MS > deadlineMs)
      throw new Error(`no worker polls ${queue.taskQueue} yet`);
    await sleep(PAUSE_MS);
  }
}
