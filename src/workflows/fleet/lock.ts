/** Claims the environment's lock: one run per service and environment changes servers. */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  sleep,
  startChild,
  TimeoutFailure,
} from '@temporalio/workflow';
import { HEARTBEAT_SECONDS } from '../../actions/liveness.ts';
import { repairs } from '../../actions/questions.ts';
import type { LockLook } from '../../activities/contract.ts';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type HeldLock, type RunIdentity, type ShownPart } from '../run.ts';
import { changed, warn } from '../showing/status.ts';
import { StepFailure } from '../steps/failure.ts';
import { local, summaryOf, waits } from '../tasks/activities.ts';
import {
  type environmentLock,
  leaveSignal,
  queueSignal,
  releaseSignal,
} from './environment-lock.ts';
import { lockHeld, refuses } from './lock-held.ts';
import { dirtyText, queuedText, unseenText } from './lock-words.ts';

type Claimant = RunIdentity & ShownPart;

const LIMIT_MS = 24 * 3600 * 1000;
/** Where the server did not answer, or another run was faster. */
const PAUSE_MS = 500;
/** A day without an answer is some 1,400 questions: a history takes ten times as many. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Waits for the lock, in the order of arrival, and shows who holds it.
 * @param lost the execution of the lock that this run held, and that has ended
 * @throws StepFailure LOCK_NOT_ACQUIRED after a day, DIRTY_ENVIRONMENT where only a repair may begin
 */
export async function claimLock(run: Claimant, step: number, lost?: string): Promise<HeldLock> {
  const claim = new Claim(run, step, lost);
  try {
    return await claim.wait();
  } catch (error) {
    await claim.leave();
    throw error;
  } finally {
    delete run.status.lockWait;
  }
}

class Claim {
  private readonly run: Claimant;
  private readonly step: number;
  private readonly id: string;
  private readonly lost: string | undefined;
  private readonly sinceMs = Date.now();
  /** The lock's execution that knows of this claim; null: none does. */
  private queuedAt: string | null = null;
  private former: string | null = null;
  private broken: string | null = null;

  constructor(run: Claimant, step: number, lost: string | undefined) {
    this.run = run;
    this.step = step;
    this.lost = lost;
    this.id = `runsheet-lock:${run.ref.service}:${run.ref.environment}`;
  }

  async wait(): Promise<HeldLock> {
    for (let isMyTurn = false; ; ) {
      const look = await this.look();
      if (look.isFree && (isMyTurn || look.ahead === 0)) {
        this.refuseDirty(look);
        const held = await this.claim(look);
        if (held !== null) return held;
        await this.pause(PAUSE_MS, say(this.run.ref, '取得锁', 'claim the lock'));
      } else {
        if (refuses(this.run) && this.lost === undefined) throw lockHeld(this.run, this.step, look);
        this.show(look);
        await this.queue(look);
        await this.awaitTurn(look);
        isMyTurn = true;
      }
    }
  }

  /** Somebody has to look first. Who has lost the lock itself may have to undo what it did. */
  private refuseDirty({ leftBy }: LockLook): void {
    const { run, step, lost } = this;
    if (leftBy === undefined || lost !== undefined || repairs(run.plan)) return;
    throw new StepFailure(step, 'failed', 'DIRTY_ENVIRONMENT', dirtyText(run, leftBy));
  }

  /** Gives its place in the order up. */
  async leave(): Promise<void> {
    const { id, queuedAt } = this;
    if (queuedAt === null) return;
    await CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(id, queuedAt)
        .signal(leaveSignal)
        .catch(() => undefined),
    );
  }

  /** By a local activity: what an ordinary one says, anybody could have said. */
  private async look(): Promise<LockLook> {
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const asked = { lockId: this.id, ...(this.lost !== undefined && { lost: this.lost }) };
        const look = await local.lookAtLock.executeWithOptions({ summary: this.id }, [asked]);
        this.tell(look);
        return look;
      } catch (error) {
        if (isCancellation(error)) throw error;
        this.run.status.activity = unseenText(this.run, error);
        changed(this.run);
        await this.pause(this.leftMs(pauseMs), say(this.run.ref, '查看锁', 'look at the lock'));
      }
    }
  }

  /** Started and kept outside every cancellation: compensation still needs the lock. */
  private async claim({ waiting, isUnquiet }: LockLook): Promise<HeldLock | null> {
    const { run, id } = this;
    const { service, environment, workflowId, requestId, language } = run.ref;
    const queue = waiting.filter((each) => each.workflowId !== workflowId);
    try {
      const child = await CancellationScope.nonCancellable(() =>
        startChild<typeof environmentLock>('environmentLock', {
          workflowId: id,
          args: [{ service, environment, holder: workflowId, requestId, language, queue }],
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          cancellationType: ChildWorkflowCancellationType.ABANDON,
          // Another worker goes on with it so much later; its history is short.
          workflowTaskTimeout: '4 seconds',
          staticSummary: `${service}/${environment}: ${workflowId}`.slice(0, 120),
        }),
      );
      const held = heldLock(child, this.former, this.broken);
      if (isUnquiet) await this.quiet(held);
      return held;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
      throw error;
    }
  }

  /**
   * A run that was terminated, or reset, leaves activities which learn of it with their next heartbeat:
   * until then they may still change a server.
   */
  private async quiet(held: HeldLock): Promise<void> {
    const { run } = this;
    const seconds = run.resolved.settings.worker?.heartbeatSeconds ?? HEARTBEAT_SECONDS;
    const text = say(
      run.ref,
      `持有锁的发布单被终止：等待 ${seconds} 秒，让它尚未结束的操作停止`,
      `the run that held the lock was ended: ${seconds} s until what it had begun has stopped`,
    );
    run.status.activity = text;
    changed(run);
    try {
      await this.pause(seconds * 1000, text);
    } catch (error) {
      await held.release();
      throw error;
    }
  }

  /** Once: who has broken a lock, as soon as it is known. */
  private tell({ broken }: LockLook): void {
    if (broken === undefined || this.broken !== null) return;
    const { run, step, lost } = this;
    this.broken = broken;
    const whose =
      lost === undefined
        ? say(run.ref, '前一张发布单的锁', 'the lock of the run before')
        : say(run.ref, '本发布单的锁', 'the lock of this run');
    warn(run, `${step}: ${say(run.ref, `${whose}已被解除`, `${whose} was broken`)}: ${broken}`);
  }

  private show({ holder, heldSinceMs, ahead }: LockLook): void {
    const { run, sinceMs } = this;
    if (holder !== run.ref.workflowId) this.former = holder ?? this.former;
    run.status.activity = queuedText(this.run, holder);
    run.status.lockWait = { holder, sinceMs, heldSinceMs, ahead };
    changed(run);
  }

  /** One signal to each lock that does not know of this run yet. Who sends it is in the event itself. */
  private async queue({ isOpen, execution, waiting }: LockLook): Promise<void> {
    if (!isOpen || execution === null || execution === this.queuedAt) return;
    const { workflowId } = this.run.ref;
    this.queuedAt = execution;
    if (waiting.some((each) => each.workflowId === workflowId)) return;
    try {
      await getExternalWorkflowHandle(this.id, execution).signal(queueSignal);
    } catch (error) {
      // It has ended meanwhile.
      if (isCancellation(error)) throw error;
    }
  }

  private async awaitTurn({ execution, holder }: LockLook): Promise<void> {
    const { run, step, id } = this;
    const leftMs = this.leftMs(LIMIT_MS);
    try {
      await waits.awaitLock.executeWithOptions(
        {
          summary: summaryOf(step, null, queuedText(this.run, holder)),
          scheduleToCloseTimeout: leftMs,
        },
        [
          {
            run: run.ref,
            seal: sealFor(run.resolved.proof, 'awaitLock'),
            lockId: id,
            execution: execution ?? '',
          },
        ],
      );
    } catch (error) {
      const isOver = error instanceof Error && error.cause instanceof TimeoutFailure;
      if (!isOver) throw error;
      throw this.tooLate();
    }
  }

  private pause(ms: number, text: string): Promise<void> {
    return sleep(ms, { summary: summaryOf(this.step, null, text) });
  }

  /** What is left of the day, at most `mostMs`. @throws StepFailure where nothing is */
  private leftMs(mostMs: number): number {
    const left = LIMIT_MS - (Date.now() - this.sinceMs);
    if (left <= 0) throw this.tooLate();
    return Math.min(left, mostMs);
  }

  private tooLate(): StepFailure {
    const { ref } = this.run;
    const message = say(ref, '等待锁超过 24 小时', 'waited more than 24 hours for the lock');
    return new StepFailure(this.step, 'failed', 'LOCK_NOT_ACQUIRED', message);
  }
}

function heldLock(
  child: ChildWorkflowHandle<typeof environmentLock>,
  former: string | null,
  broken: string | null,
): HeldLock {
  let isReleased = false;
  const ended = child.result().then(
    () => undefined,
    () => undefined,
  );
  return {
    former,
    broken,
    execution: child.firstExecutionRunId,
    lost: new Promise((resolve) => {
      void ended.then(() => (isReleased ? undefined : resolve()));
    }),
    release: () =>
      CancellationScope.nonCancellable(async () => {
        isReleased = true;
        const isTold = await child.signal(releaseSignal).then(
          () => true,
          () => false,
        );
        // It has ended, or the run was reset: then the server does not take it for this one's.
        if (isTold) await ended;
      }),
  };
}
