/** A project's worker, from its first poll to its end. */
import { type ActivityInterceptorsFactory, Worker, type WorkerOptions } from '@temporalio/worker';
import { HEARTBEAT_SECONDS } from '../actions/liveness.ts';
import { checkoutsFolderOf } from '../config/checkouts-folder.ts';
import type { Language } from '../diagnostics/language.ts';
import { buildQueueOf } from '../plan/queues.ts';
import { buildActivitiesOf, deployActivitiesOf } from './activities-of.ts';
import { deniedBy } from './connect.ts';
import type { ProjectHealth } from './health.ts';
import type { OpenProject } from './open-project.ts';
import { ownPlace } from './place.ts';
import {
  identityOf,
  isSeen,
  type PolledQueue,
  refuseOtherProjects,
  waitForPoller,
} from './queue.ts';
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
    const { workers, queues } = await createWorkers(open, options);
    const told = (error: unknown): never => {
      throw deniedBy(temporal, error);
    };
    const stop = (): void => {
      for (const each of workers) if (each.getState() === 'RUNNING') each.shutdown();
    };
    const ready = announce(open, queues, options).catch(told);
    const over = new AbortController();
    const ended = runAll(workers, stop).finally(() => over.abort());
    if (options.manner === 'drain') void drain(open, options, over.signal, ready).then(stop, stop);
    return { ended: ended.catch(told), ready, stop, health: () => healthOf(open, workers, queues) };
  } catch (error) {
    throw deniedBy(temporal, error);
  }
}

async function healthOf(
  { project, temporal, connection }: OpenProject,
  workers: readonly Worker[],
  queues: readonly PolledQueue[],
): Promise<ProjectHealth> {
  const { service, taskQueue } = project;
  const { namespace } = temporal;
  const seen = await Promise.all(
    queues.map((each) => isSeen(connection, { namespace, ...each, service }).catch(() => false)),
  );
  const runs = workers.every((each) => each.getState() === 'RUNNING');
  return { service, taskQueue, ready: runs && seen.every(Boolean) };
}

const LONGEST_THROTTLE_MS = 2_000;

/** Where one cannot go on, none does. */
async function runAll(workers: readonly Worker[], stop: () => void): Promise<void> {
  const running = workers.map((each) => each.run());
  try {
    await Promise.all(running);
  } finally {
    stop();
    await Promise.allSettled(running);
  }
}

interface Workers {
  readonly workers: readonly Worker[];
  /** All that they poll. */
  readonly queues: readonly PolledQueue[];
}

/** One for the project's queue, two for what is built: any worker's, and what is in its checkouts. */
async function createWorkers(
  open: OpenProject,
  { code: { code, buildId }, interceptors }: PollOptions,
): Promise<Workers> {
  const { project, temporal, connection, adapters, environment, role } = open;
  const { taskQueue, folder, settings } = project;
  const heartbeatMs = (settings.worker?.heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1000;
  const throttleMs = Math.min(LONGEST_THROTTLE_MS, heartbeatMs / 3);
  const common: Partial<WorkerOptions> & Pick<WorkerOptions, 'connection'> = {
    connection,
    namespace: temporal.namespace,
    identity: identityOf(project.service),
    interceptors: { activity: [...interceptors, adapters.attempts.interceptor] },
    workerDeploymentOptions: {
      version: { deploymentName: deploymentNameOf(taskQueue), buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
    // Activities are handed over at once, see activities/context.ts.
    shutdownGraceTime: 0,
    shutdownForceTime: '14 seconds',
    // A cancellation reaches an activity with the answer to a heartbeat, so within two seconds.
    maxHeartbeatThrottleInterval: throttleMs,
    defaultHeartbeatThrottleInterval: throttleMs,
  };
  const workers: Worker[] = [];
  const queues: PolledQueue[] = [];
  if (adapters.deploy !== null) {
    const worker = await Worker.create({
      ...common,
      taskQueue,
      workflowBundle: { code },
      activities: deployActivitiesOf(open, adapters.deploy),
      // For 200 servers at once, the pool's guard, and what else a run does meanwhile.
      maxConcurrentActivityTaskExecutions: 300,
      maxConcurrentLocalActivityExecutions: 50,
      // So long a run waits for the worker that has it in memory before any other goes on with it.
      stickyQueueScheduleToStartTimeout: '1 second',
    });
    workers.push(worker);
    queues.push({ taskQueue, kind: 'workflow' });
  }
  if (role === 'deploy') return { workers, queues };
  const checkouts = checkoutsFolderOf(folder, environment);
  const place = await ownPlace(taskQueue, { project: folder, checkouts });
  const activities = buildActivitiesOf(open, place);
  for (const each of [buildQueueOf(taskQueue), place.queue]) {
    workers.push(
      await Worker.create({
        ...common,
        taskQueue: each,
        activities,
        // Of each queue: whoever waits for a checkout does not wait for the commands of others.
        maxConcurrentActivityTaskExecutions: 20,
        // Each costs a heartbeat where the worker is frozen and takes what they bring.
        maxConcurrentActivityTaskPolls: 2,
      }),
    );
    queues.push({ taskQueue: each, kind: 'activity' });
  }
  return { workers, queues };
}

/** A queue's work goes to whoever asks: another project's worker would run this one's releases. */
async function refuseSharedQueue({ project, temporal, connection }: OpenProject): Promise<void> {
  const { service, taskQueue } = project;
  const { namespace } = temporal;
  const queues: readonly PolledQueue[] = [
    { taskQueue, kind: 'workflow' },
    { taskQueue: buildQueueOf(taskQueue), kind: 'activity' },
  ];
  for (const each of queues) await refuseOtherProjects(connection, { namespace, ...each, service });
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

async function announce(
  open: OpenProject,
  queues: readonly PolledQueue[],
  options: PollOptions,
): Promise<Polled> {
  const { project, temporal, connection, role } = open;
  const { service, taskQueue } = project;
  const { manner } = options;
  const { buildId } = options.code;
  const { address, namespace } = temporal;
  const server = { connection, namespace };
  await Promise.all(queues.map((each) => waitForPoller(connection, namespace, each)));
  if (role === 'build') {
    await refuseSharedQueue(open);
    return { service, taskQueue, address, current: null, notices: [] };
  }
  await waitUntilSeen(server, taskQueue, buildId);
  // Two that begin at once have not seen each other before.
  await refuseSharedQueue(open);
  const standing = await takePlace(server, taskQueue, { buildId, manner });
  return {
    service,
    taskQueue,
    address,
    current: standing.current,
    notices: standingLines(standing, options.language),
  };
}
