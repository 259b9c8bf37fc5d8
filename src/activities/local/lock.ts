/**
 * The lock of an environment, as the server knows it: who holds it, who has told it to end, who waits
 * for it and in which order. The order is that of the events in its history, so that it outlives a lock
 * which somebody terminates.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seal } from '../../ports/seal.ts';
import type { AwaitLockInput, Execution, LockLook, LookAtLockInput } from '../contract.ts';
import { brokenBy, wasBroken } from './break-lock.ts';
import { endedHolder } from './left-behind.ts';
import { isSame, waitersIn } from './lock-queue.ts';
import type { DescribedWorkflow, TemporalAccess } from './temporal.ts';

/** Type of the workflows that are locks. */
const LOCK = 'environmentLock';
/** Of those that wait; the others come in any order. */
const MOST_IN_ORDER = 100;
/** Whoever is next and does not claim within so long has lost its turn. */
const TURN_MS = 10_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

interface Asked {
  readonly access: TemporalAccess;
  readonly seal: Seal;
}

const NO_LOCK: LockLook = {
  isFree: true,
  isOpen: false,
  execution: null,
  holder: null,
  heldSinceMs: null,
  waiting: [],
  ahead: 0,
  cut: null,
  isUnquiet: false,
};

/**
 * A lock that no open run holds is terminated: a reset, or a terminated parent, can leave one whose
 * holder has closed, and anybody who reaches the server can start one by hand. A run that has lost its
 * lock and goes on has the first right to it: it may just be changing a server. Where a person has broken
 * the lock, it has not.
 */
export async function lookAtLock(
  { access, seal }: Asked,
  { lockId, lost }: LookAtLockInput,
  claimant: Execution,
): Promise<LockLook> {
  const lock = await access.describe(lockId);
  if (lock === null) return NO_LOCK;
  const { runId, startedBy } = lock;
  const latest = { workflowId: lockId, runId };
  const [history, isHeld] = await Promise.all([
    access.historyOf(latest),
    isHeldByOpenRun(access, lock),
  ]);
  const { input, signals, terminated } = history;
  const broken = await brokenBy(seal, history, latest);
  const waiting = waitersIn(input, signals).slice(0, MOST_IN_ORDER);
  const isOwn = startedBy !== null && isSame(startedBy, claimant);
  // Whoever has lost it goes before those who wait.
  const goesFirst = isOwn && lock.wasCut && broken === null;
  const ahead = goesFirst ? 0 : await aheadOf(access, waiting, claimant, lock.taskQueue);
  const held = lost === undefined || lost === runId ? null : { workflowId: lockId, runId: lost };
  const said = held === null ? broken : await brokenBy(seal, await access.historyOf(held), held);
  const found = {
    ...NO_LOCK,
    execution: runId,
    waiting,
    ahead,
    ...(said !== null && { broken: said }),
  };
  if (isHeld && (lock.running || (lock.wasCut && !isOwn && broken === null))) {
    return {
      ...found,
      isFree: false,
      isOpen: lock.running,
      holder: startedBy?.workflowId ?? null,
      heldSinceMs: lock.startedAtMs,
    };
  }
  if (lock.running) await access.terminate(lockId, 'no open run holds it');
  const wasCut = lock.running || lock.wasCut;
  const cut = wasCut ? (terminated ?? '') : null;
  const isUnquiet = wasCut && startedBy !== null && !isOwn;
  const left = isUnquiet ? await endedHolder(access, lock) : null;
  return { ...found, cut, isUnquiet, ...(left !== null && { leftBy: left }) };
}

/**
 * The run may be on another task queue than ours: a project's queue can be named anew while one of its
 * runs goes on.
 */
async function isHeldByOpenRun(
  access: TemporalAccess,
  { startedBy, type, taskQueue }: DescribedWorkflow,
): Promise<boolean> {
  if (startedBy === null || type !== LOCK) return false;
  const run = await access.describe(startedBy.workflowId, startedBy.runId);
  return run?.running === true && run.taskQueue === taskQueue;
}

/**
 * Whether a lock is to end: the run that started it has told it so, or has itself ended. What a reset
 * leaves is another execution, which holds nothing.
 */
export async function isReleasedByHolder(
  access: TemporalAccess,
  lock: Execution,
): Promise<boolean> {
  const described = await access.describe(lock.workflowId, lock.runId);
  const holder = described?.startedBy ?? null;
  if (holder === null) return true;
  const { signals } = await access.historyOf(lock);
  if (signals.some(({ name, sender }) => name === 'release' && isSame(sender, holder))) return true;
  return (await access.describe(holder.workflowId, holder.runId))?.running !== true;
}

/** Returns when the claimant has reason to look again: its turn has come, or the lock has a new holder. */
export async function awaitTurn(
  { access, seal }: Asked,
  { lockId, execution }: Pick<AwaitLockInput, 'lockId' | 'execution'>,
  claimant: Execution,
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = SHORTEST_PAUSE_MS;
  let freeSinceMs: number | null = null;
  for (;;) {
    const lock = await access.describe(lockId);
    if (lock === null || lock.runId !== execution) return;
    const isHeld = await isHeldByOpenRun(access, lock);
    if (lock.running) {
      if (!isHeld || lock.startedBy === null) return;
      await firstClosed(access, [{ workflowId: lockId, runId: execution }, lock.startedBy], signal);
      continue;
    }
    if (!isHeld || !lock.wasCut || (await wasBroken({ access, seal }, lockId, lock))) {
      freeSinceMs ??= performance.now();
      const { input, signals } = await access.historyOf({ workflowId: lockId, runId: execution });
      const ahead = await aheadOf(access, waitersIn(input, signals), claimant, lock.taskQueue);
      if (performance.now() - freeSinceMs >= ahead * TURN_MS) return;
    }
    await sleep(pauseMs, undefined, { signal });
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);
  }
}

async function firstClosed(
  access: TemporalAccess,
  executions: readonly Execution[],
  signal: AbortSignal,
): Promise<void> {
  const others = new AbortController();
  const either = AbortSignal.any([signal, others.signal]);
  const waits = executions.map((each) => access.closed(each, either));
  try {
    await Promise.race(waits);
  } finally {
    others.abort();
    await Promise.allSettled(waits);
  }
}

/** How many that came before still wait; a claimant that is not among them comes after all. */
async function aheadOf(
  access: TemporalAccess,
  waiting: readonly Execution[],
  claimant: Execution,
  taskQueue: string,
): Promise<number> {
  const place = waiting.findIndex((each) => isSame(each, claimant));
  const before = place === -1 ? waiting : waiting.slice(0, place);
  const open = await Promise.all(
    before.map(async ({ workflowId, runId }) => access.describe(workflowId, runId)),
  );
  return open.filter((each) => each?.running === true && each.taskQueue === taskQueue).length;
}
