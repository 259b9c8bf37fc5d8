/** A project's worker, from its first poll to its end. */
import { type ActivityInterceptorsFactory, Worker } from '@temporalio/worker';
import { HEARTBEAT_SECONDS } from '../actions/liveness.ts';
import type { Language } from '../diagnostics/language.ts';
import { activitiesOf } from './activities-of.ts';
import { deniedBy } from './connect.ts';
import type { ProjectHealth } from './health.ts';
import type { OpenProject } from './open-project.ts';
import { identityOf, isSeen, refuseOtherProjects } from './queue.ts';
import type { WorkflowCode } from './versions/bundle.ts';
import { deploymentNameOf } from './versions/deployment.ts';
import { untilDrained } from './versions/drain.ts';
import { type Manner, takePlace, waitUntilSeen } from './versions/standing.ts';
import { standingLines } from './versions/standing-lines.ts';

/** One project that is polled for. */
export interface Polled {
  readonly service: string;
  readonly taskQueue: string;
  /** Of the Temporal server. */
  readonly address: string;
  /** Build id of the version that new runs begin on; null: of none. */
  readonly current: string | null;
  /** What a person has to know: about the current version, and runs that nobody carries on. */
  readonly notices: readonly string[];
}

export interface Polling {
  /** Settles once the server sees the worker poll. @throws WorkerStartError */
  readonly ready: Promise<Polled>;
  /** Settles when it has ended, after its running activities. Rejects with why it could not go on. */
  readonly ended: Promise<void>;
  /** Whether it takes work and the server sees it ask. */
  health(): Promise<ProjectHealth>;
  /** Asks for no more work. */
  stop(): void;
}

export interface PollOptions {
  /** Of activities. */
  readonly interceptors: readonly ActivityInterceptorsFactory[];
  readonly code: WorkflowCode;
  readonly manner: Manner;
  /** Of the notices. */
  readonly language: Language;
  /** Told, where the worker drains, what is still open. */
  readonly onProgress: (service: string, line: string) => void;
}

/** @throws WorkerStartError WRONG_PROJECT where another project's worker polls the queue */
export async function startPolling(open: OpenProject, options: PollOptions): Promise<Polling> {
  const { temporal } = open;
  try {
    await refuseSharedQueue(open);
    const worker = await createWorker(open, options);
    const told = (error: unknown): never => {
      throw deniedBy(temporal, error);
    };
    const stop = (): void => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    const ready = announce(open, options).catch(told);
    const over = new AbortController();
    const ended = worker.run().finally(() => over.abort());
    if (options.manner === 'drain') void drain(open, options, over.signal, ready).then(stop, stop);
    return { ended: ended.catch(told), ready, stop, health: () => healthOf(open, worker) };
  } catch (error) {
    throw deniedBy(temporal, error);
  }
}

async function healthOf(
  { project, temporal, connection }: OpenProject,
  worker: Worker,
): Promise<ProjectHealth> {
  const { service, taskQueue } = project;
  const { namespace } = temporal;
  const isSeenNow = () => isSeen(connection, { namespace, taskQueue, service }).catch(() => false);
  return { service, taskQueue, ready: worker.getState() === 'RUNNING' && (await isSeenNow()) };
}

const LONGEST_THROTTLE_MS = 2_000;

function createWorker(
  open: OpenProject,
  { code: { code, buildId }, interceptors }: PollOptions,
): Promise<Worker> {
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
    interceptors: { activity: [...interceptors] },
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

/** Settles when the worker has nothing left to do. */
async function drain(
  { project, temporal, connection }: OpenProject,
  { code, language, onProgress }: PollOptions,
  signal: AbortSignal,
  ready: Promise<unknown>,
): Promise<void> {
  await ready;
  const server = { connection, namespace: temporal.namespace };
  await untilDrained(server, project.taskQueue, {
    buildId: code.buildId,
    language,
    onProgress: (line) => onProgress(project.service, line),
    signal,
  });
}

async function announce(open: OpenProject, options: PollOptions): Promise<Polled> {
  const { project, temporal, connection } = open;
  const { service, taskQueue } = project;
  const { manner } = options;
  const { buildId } = options.code;
  const server = { connection, namespace: temporal.namespace };
  await waitUntilSeen(server, taskQueue, buildId);
  // Two that begin at once have not seen each other before.
  await refuseSharedQueue(open);
  const standing = await takePlace(server, taskQueue, { buildId, manner });
  return {
    service,
    taskQueue,
    address: temporal.address,
    current: standing.current,
    notices: standingLines(standing, options.language),
  };
}
