/** A project's worker versions: which one new runs begin on, and which ones a worker polls for. */
import proto from '@temporalio/proto';
import { ask, isNotFound, milliseconds, type Server } from './server.ts';

export type VersionState = 'current' | 'ramping' | 'draining' | 'drained' | 'inactive';

export interface WorkerVersion {
  readonly buildId: string;
  readonly state: VersionState;
  /** Share of new runs that begin on it while it is ramping. */
  readonly percentage: number | null;
  /** When its state began; null: the server does not say. */
  readonly sinceMs: number | null;
  /** When it last became current; null: it never was. */
  readonly lastCurrentMs: number | null;
  /** Identities of the workers that poll for it. */
  readonly workers: readonly string[];
}

export interface Deployment {
  readonly name: string;
  readonly taskQueue: string;
  /** Build id; null: no version is. */
  readonly current: string | null;
  readonly ramping: string | null;
  /** The latest first. */
  readonly versions: readonly WorkerVersion[];
  /** Makes a change fail that was decided on by what has changed since. */
  readonly conflictToken: Uint8Array;
}

const { TaskQueueType, WorkerDeploymentVersionStatus: Status } = proto.temporal.api.enums.v1;
/** A worker that lives asks again within a minute; the server remembers one for five. */
const LIVES_MS = 75_000;

const STATES = new Map<unknown, VersionState>([
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT, 'current'],
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING, 'ramping'],
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING, 'draining'],
  [Status.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED, 'drained'],
]);

/** One deployment per task queue, as there is one project per task queue. */
export function deploymentNameOf(taskQueue: string): string {
  return `runsheet-${taskQueue.replace(/[^A-Za-z0-9_-]/gu, '-')}`;
}

/** null: no worker has ever polled the queue. */
export async function describeDeployment(
  server: Server,
  taskQueue: string,
): Promise<Deployment | null> {
  const { namespace } = server;
  const name = deploymentNameOf(taskQueue);
  try {
    const [{ workerDeploymentInfo: info, conflictToken }, workers] = await Promise.all([
      ask(server, (service) =>
        service.describeWorkerDeployment({ namespace, deploymentName: name }),
      ),
      workersByBuild(server, taskQueue),
    ]);
    const routing = info?.routingConfig;
    const percentage = routing?.rampingVersionPercentage ?? 0;
    const versions = (info?.versionSummaries ?? [])
      .map((summary) => versionOf(summary, percentage, workers))
      .sort((a, b) => b.createdMs - a.createdMs);
    return {
      name,
      taskQueue,
      current: routing?.currentDeploymentVersion?.buildId || null,
      ramping: routing?.rampingDeploymentVersion?.buildId || null,
      versions: versions.map(({ version }) => version),
      conflictToken: conflictToken ?? new Uint8Array(),
    };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function versionOf(
  summary: proto.temporal.api.deployment.v1.WorkerDeploymentInfo.IWorkerDeploymentVersionSummary,
  percentage: number,
  workers: ReadonlyMap<string, readonly string[]>,
): { readonly version: WorkerVersion; readonly createdMs: number } {
  const buildId = summary.deploymentVersion?.buildId ?? '';
  const state = STATES.get(summary.status) ?? 'inactive';
  const createdMs = milliseconds(summary.createTime) ?? 0;
  const since: Readonly<Record<VersionState, number | null>> = {
    current: milliseconds(summary.currentSinceTime),
    ramping: milliseconds(summary.rampingSinceTime),
    draining: milliseconds(summary.lastDeactivationTime),
    drained: milliseconds(summary.drainageInfo?.lastChangedTime),
    inactive: createdMs,
  };
  const version = {
    buildId,
    state,
    percentage: state === 'ramping' ? percentage : null,
    sinceMs: since[state],
    lastCurrentMs: milliseconds(summary.lastCurrentTime),
    workers: workers.get(buildId) ?? [],
  };
  return { version, createdMs };
}

/** Those that asked for work not longer ago than one poll lasts. */
async function workersByBuild(
  server: Server,
  taskQueue: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { pollers } = await ask(server, (service) =>
    service.describeTaskQueue({
      namespace: server.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    }),
  );
  const byBuild = new Map<string, readonly string[]>();
  for (const { identity, lastAccessTime, deploymentOptions } of pollers ?? []) {
    const buildId = deploymentOptions?.buildId ?? '';
    const sinceMs = Date.now() - (milliseconds(lastAccessTime) ?? 0);
    if (sinceMs > LIVES_MS) continue;
    byBuild.set(buildId, [...(byBuild.get(buildId) ?? []), identity ?? '']);
  }
  return byBuild;
}

export function isPolled(deployment: Deployment, buildId: string): boolean {
  return deployment.versions.some((each) => each.buildId === buildId && each.workers.length > 0);
}

/** The version that was current before the one that is. */
export function formerOf({ versions, current }: Deployment): WorkerVersion | null {
  const former = versions
    .filter(({ buildId, lastCurrentMs }) => buildId !== current && lastCurrentMs !== null)
    .sort((a, b) => (b.lastCurrentMs ?? 0) - (a.lastCurrentMs ?? 0));
  return former[0] ?? null;
}

/** As much of a build id as a person reads and types. */
export function shortBuild(buildId: string): string {
  return buildId.slice(0, 12);
}
