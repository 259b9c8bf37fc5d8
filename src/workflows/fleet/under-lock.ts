/**
 * The lock while it is held: what changes servers goes through here, and nothing else does. Where the
 * lock ends and this run has not released it, what is in progress is cancelled, nothing is begun, and
 * the lock is claimed again. A run goes on where its servers are as it left them, unless a person has broken
 * its lock.
 */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import { type EnvironmentLock, type FleetParts, type HeldLock, type LockPart } from '../run.ts';
import { warn } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { changedMeanwhile } from './as-left.ts';
import { claimLock } from './lock.ts';

/** What a step does is refused where somebody else has changed the servers; what undoes it is not. */
type Purpose = 'step' | 'undo';

/** Takes the lock. @param ask whom it asks where it is lost @throws as claimLock */
export async function takeLock(
  run: FleetParts,
  step: number,
  ask: EnvironmentLock['ask'],
): Promise<void> {
  const held = await claimLock(run, step);
  const lock: EnvironmentLock = {
    held: null,
    lost: null,
    inProgress: new Set(),
    again: null,
    refusal: null,
    ask,
    foreign: new Set(),
  };
  run.lock = lock;
  hold(run, lock, held, step);
}

/** Gives the lock up, where it is held. Never throws. */
export async function giveUpLock(run: LockPart): Promise<void> {
  const { lock } = run;
  run.lock = null;
  if (lock === null) return;
  lock.again?.scope.cancel();
  await lock.again?.ended.catch(() => undefined);
  await lock.held?.release();
}

/**
 * Does what may change servers while the lock is held; before there is one, it is just done. What is
 * cancelled because the lock was lost is done once more: every such work first reads the actual state.
 * @param isRepeatable false: nobody knows what it does when it is begun again, so it is left to end
 * @throws StepFailure LOCK_LOST where the servers are not as this run left them, LOCK_BROKEN where a person
 * has broken the lock
 */
export async function underLock<T>(
  run: FleetParts,
  purpose: Purpose,
  work: () => Promise<T>,
  { isRepeatable = true } = {},
): Promise<T> {
  const { lock } = run;
  if (lock === null) return work();
  for (;;) {
    await untilHeld(run, lock, purpose);
    const scope = new CancellationScope();
    const running = scope.run(work);
    const entry = { scope: isRepeatable ? scope : null, ended: running.catch(() => undefined) };
    lock.inProgress.add(entry);
    try {
      return await running;
    } catch (error) {
      if (!isCancellation(error) || !wasCut(scope)) throw error;
    } finally {
      lock.inProgress.delete(entry);
    }
  }
}

/** Whether it was the lock's end that cancelled a scope, not the run's. Call it outside of it. */
function wasCut(scope: CancellationScope): boolean {
  return scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
}

async function untilHeld(run: FleetParts, lock: EnvironmentLock, purpose: Purpose): Promise<void> {
  if (purpose === 'undo') lock.ask = null;
  while (lock.held === null) {
    const { ended } = (lock.again ??= claimAgain(run, lock));
    const cancelled = CancellationScope.current().cancelRequested;
    await Promise.race([purpose === 'step' ? ended : ended.catch(passRefusal), cancelled]);
  }
  if (purpose === 'step' && lock.refusal !== null) throw lock.refusal;
}

function passRefusal(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

/** Whether the lock is held again and yet no step goes on. */
export function isRefusal(error: unknown): boolean {
  return error instanceof StepFailure && ['LOCK_LOST', 'LOCK_BROKEN'].includes(error.type);
}

function hold(run: FleetParts, lock: EnvironmentLock, held: HeldLock, step: number): void {
  lock.held = held;
  void held.lost.then(() => {
    if (lock.held === held) lose(run, lock, held, step);
  });
}

function lose(run: FleetParts, lock: EnvironmentLock, held: HeldLock, step: number): void {
  lock.held = null;
  lock.lost = held.execution;
  const text = say(
    run.ref,
    '锁已被他人结束：重新取得之前不再更改服务器',
    'somebody else has ended the lock: no server is changed until it is held again',
  );
  warn(run, `${run.currentStep ?? step}: ${text}`);
  for (const { scope } of lock.inProgress) scope?.cancel();
  lock.again ??= claimAgain(run, lock);
}

/** Outlives the run's cancellation: what is undone then needs the lock too. */
function claimAgain(run: FleetParts, lock: EnvironmentLock): NonNullable<EnvironmentLock['again']> {
  const shield = new CancellationScope({ cancellable: false });
  const scope = new CancellationScope({ cancellable: true, parent: shield });
  const ended = scope
    .run(() => reclaim(run, lock))
    .finally(() => {
      lock.again = null;
    });
  // Whoever needs the lock is told.
  ended.catch(() => undefined);
  return { scope, ended };
}

async function reclaim(run: FleetParts, lock: EnvironmentLock): Promise<void> {
  const step = run.currentStep ?? 0;
  await Promise.all([...lock.inProgress].map(({ ended }) => ended));
  const held = await claimLock(run, step, lock.lost ?? undefined);
  try {
    const texts = await changesThere(run, lock, step);
    if (held.broken !== null) lock.refusal ??= broken(run, step, texts, held.broken);
    if (lock.refusal === null) lock.refusal = await whyNotOn(run, lock, step, texts, held);
  } catch (error) {
    await held.release();
    throw error;
  }
  hold(run, lock, held, step);
  if (lock.refusal !== null) throw lock.refusal;
  const text = say(
    run.ref,
    '锁已重新取得，服务器与本发布单离开时一致：继续',
    'the lock is held again and the servers are as this run left them: it goes on',
  );
  warn(run, `${step}: ${text}`);
}

async function changesThere(
  run: FleetParts,
  lock: EnvironmentLock,
  step: number,
): Promise<readonly string[]> {
  const changes = await changedMeanwhile(run, step);
  for (const { server, isForeign } of changes) if (isForeign) lock.foreign.add(server);
  return changes.map(({ text }) => text);
}

/** Looks again as often as a person says so. @returns why no step goes on; null: all is as it was left */
async function whyNotOn(
  run: FleetParts,
  lock: EnvironmentLock,
  step: number,
  first: readonly string[],
  { former }: HeldLock,
): Promise<StepFailure | null> {
  for (let texts = first; texts.length > 0; ) {
    const failure = lost(run, step, texts, former);
    const isOver = (): boolean => lock.ask === null;
    if (lock.ask === null || !(await lock.ask(failure, isOver))) return failure;
    lock.foreign.clear();
    texts = await changesThere(run, lock, step);
  }
  return null;
}

/** A person wants this run to stop, whatever the servers are like. */
function broken(
  run: FleetParts,
  step: number,
  changes: readonly string[],
  by: string,
): StepFailure {
  const rest = changes.length === 0 ? '' : `; ${changes.join('; ')}`;
  const message = say(run.ref, `锁已被解除：${by}${rest}`, `the lock was broken by ${by}${rest}`);
  return new StepFailure(step, 'failed', 'LOCK_BROKEN', message);
}

function lost(
  run: FleetParts,
  step: number,
  changes: readonly string[],
  former: string | null,
): StepFailure {
  const who = former ?? say(run.ref, '不明', 'nobody knows who');
  const message = say(
    run.ref,
    `锁曾丢失（其间持有者：${who}），服务器已不是本发布单离开时的样子：${changes.join('；')}`,
    `the lock was lost (held meanwhile by: ${who}), and the servers are not as this run left them: ${changes.join('; ')}`,
  );
  return new StepFailure(step, 'failed', 'LOCK_LOST', message);
}
