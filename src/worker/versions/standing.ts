/** Where a starting worker's version stands: whether new runs begin on it, and who waits for another. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setCurrent } from './change.ts';
import { type Deployment, describeDeployment, isPolled } from './deployment.ts';
import { openWorkflows, type WaitingRun, waitingAmong } from './open-runs.ts';
import { isPassing, type Server } from './server.ts';

/** The server must have seen the poller before its version can become the current one. */
const LIMIT_MS = 30_000;
const PAUSE_MS = 200;

/** `join`: becomes current only where no version is. `drain`: takes no new runs. */
export type Manner = 'join' | 'make-current' | 'drain';

export interface Standing {
  readonly buildId: string;
  readonly manner: Manner;
  /** Build id; null: new runs begin on none. */
  readonly current: string | null;
  /** The one before, where this worker's version has become current at its start. */
  readonly former: string | null;
  readonly hasBecomeCurrent: boolean;
  /** Whether a worker polls for the current version. */
  readonly isCurrentPolled: boolean;
  readonly waiting: readonly WaitingRun[];
}

/** Settles once the server has seen a worker poll for this version. @throws after 30 s */
export async function waitUntilSeen(
  server: Server,
  taskQueue: string,
  buildId: string,
): Promise<void> {
  await retrying(() => seenDeployment(server, taskQueue, buildId));
}

/** Makes a version that is polled current where it is to be, and says how things stand then. */
export async function takePlace(
  server: Server,
  taskQueue: string,
  { buildId, manner }: { readonly buildId: string; readonly manner: Manner },
): Promise<Standing> {
  const before = await retrying(async () => {
    const seen = await seenDeployment(server, taskQueue, buildId);
    if (isToBecomeCurrent(seen, buildId, manner)) {
      const { name, conflictToken } = seen;
      await setCurrent(server, { name, buildId, conflictToken });
    }
    return seen;
  });
  const hasBecomeCurrent = isToBecomeCurrent(before, buildId, manner);
  const current = hasBecomeCurrent ? buildId : before.current;
  const now = { ...before, current };
  const waiting = waitingAmong(await openWorkflows(server, taskQueue), now, Date.now());
  return {
    buildId,
    manner,
    current,
    former: hasBecomeCurrent ? before.current : null,
    hasBecomeCurrent,
    isCurrentPolled: current !== null && isPolled(now, current),
    waiting,
  };
}

function isToBecomeCurrent({ current }: Deployment, buildId: string, manner: Manner): boolean {
  if (current === buildId || manner === 'drain') return false;
  // Without a current version no run would begin at all.
  return manner === 'make-current' || current === null;
}

async function seenDeployment(
  server: Server,
  taskQueue: string,
  buildId: string,
): Promise<Deployment> {
  const deployment = await describeDeployment(server, taskQueue);
  if (deployment !== null && isPolled(deployment, buildId)) return deployment;
  throw new NotSeenError(`no worker of version ${buildId} polls ${taskQueue} yet`);
}

class NotSeenError extends Error {}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const mayPass = error instanceof NotSeenError || isPassing(error);
      if (!mayPass || Date.now() + PAUSE_MS > deadlineMs) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
