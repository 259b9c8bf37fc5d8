/** A project's worker, from its first poll to its end. */
import { Worker } from '@temporalio/worker';
import { HEARTBEAT_SECONDS } from '../actions/liveness.ts';
import { readConnections } from '../config/connections.ts';
import { activitiesOf } from './activities-of.ts';
import type { WorkflowCode } from './bundle.ts';
import { deniedBy } from './connect.ts';
import type { OpenProject } from './open-project.ts';
import { identityOf, refuseOtherProjects } from './queue.ts';
import { deploymentNameOf, makeCurrent, waitForPoller } from './versioning.ts';

/** One project that is polled for. */
export interface Polled {
  readonly service: string;
  readonly taskQueue: string;
  /** Of the Temporal server. */
  readonly address: string;
}

export interface Polling {
  /** Settles once the server sees the worker poll. @throws WorkerStartError */
  readonly ready: Promise<Polled>;
  /** Settles when it has ended, after its running activities. Rejects with why it could not go on. */
  readonly ended: Promise<void>;
  /** Asks for no more work. */
  stop(): void;
}

export interface PollOptions {
  readonly code: WorkflowCode;
  /** Whether new runs begin on this worker's version; always, if `runsheet dev` started the server. */
  readonly makeCurrent: boolean;
}

/** @throws WorkerStartError WRONG_PROJECT where another project's worker polls the queue */
export async function startPolling(open: OpenProject, options: PollOptions): Promise<Polling> {
  const { temporal } = open;
  try {
    await refuseSharedQueue(open);
    const worker = await createWorker(open, options.code);
    const told = (error: unknown): never => {
      throw deniedBy(temporal, error);
    };
    return {
      ended: worker.run().catch(told),
      ready: announce(open, options).catch(told),
      stop: () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      },
    };
  } catch (error) {
    throw deniedBy(temporal, error);
  }
}

const LONGEST_THROTTLE_MS = 2_000;

function createWorker(open: OpenProject, { code, buildId }: WorkflowCode): Promise<Worker> {
  const { project, temporal, connection } = open;
  const { taskQueue, settings } = project;
  const heartbeatMs = (settings.worker?.heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1000;
  const throttleMs = Math.min(LONGEST_THROTTLE_MS, heartbeatMs / 3);
  return Worker.create({
    connection,
    namespace: temporal.namespace,
    identity: identityOf(project.service),
    taskQueue,
    workflowBundle: { code },
    activities: activitiesOf(open),
    workerDeploymentOptions: {
      version: { deploymentName: deploymentNameOf(taskQueue), buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
    // Activities are handed over at once, see activities/context.ts.
    shutdownGraceTime: 0,
    shutdownForceTime: '14 seconds',
    // For 200 servers at once, the pool's guard, and what else a run does meanwhile.
    maxConcurrentActivityTaskExecutions: 300,
    // A cancellation reaches an activity with the answer to a heartbeat, so within two seconds.
    maxHeartbeatThrottleInterval: throttleMs,
    defaultHeartbeatThrottleInterval: throttleMs,
    // So long a run waits for the worker that has it in memory before any other goes on with it.
    stickyQueueScheduleToStartTimeout: '1 second',
    maxConcurrentLocalActivityExecutions: 50,
  });
}

/** A queue's work goes to whoever asks: another project's worker would run this one's releases. */
async function refuseSharedQueue({ project, temporal, connection }: OpenProject): Promise<void> {
  const { service, taskQueue } = project;
  await refuseOtherProjects(connection, { namespace: temporal.namespace, taskQueue, service });
}

async function announce(open: OpenProject, options: PollOptions): Promise<Polled> {
  const { project, temporal, connection } = open;
  const { service, taskQueue, folder } = project;
  const embedded = await readConnections(folder);
  const isOwnServer = embedded?.temporal.address === temporal.address;
  await waitForPoller(connection, temporal.namespace, taskQueue);
  // Two that begin at once have not seen each other before.
  await refuseSharedQueue(open);
  if (options.makeCurrent || isOwnServer) {
    const { buildId } = options.code;
    const deploymentName = deploymentNameOf(taskQueue);
    await makeCurrent(connection, { namespace: temporal.namespace, deploymentName, buildId });
  }
  return { service, taskQueue, address: temporal.address };
}
