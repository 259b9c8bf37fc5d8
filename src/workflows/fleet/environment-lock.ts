/**
 * The lock of one service in one environment: a child workflow whose id is the lock's name, so that
 * the server itself admits only one. It ends when its holder says so, or with its holder.
 */
import { ApplicationFailure } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  defineSignal,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Execution } from '../../activities/contract.ts';
import { say } from '../../diagnostics/language.ts';
import { local } from '../tasks/activities.ts';

export const releaseSignal = defineSignal('release');
/** A run waits for the lock, or does so no more: who it is and when it came is in the event itself. */
export const queueSignal = defineSignal('queue');
export const leaveSignal = defineSignal('leave');

/** Until the server can be asked again who has signalled. */
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

export interface LockInput {
  readonly service: string;
  readonly environment: string;
  readonly holder: string;
  readonly requestId: string;
  readonly language: 'zh' | 'en';
  /** Those that waited for the one before, in that order; read from the history, not here. */
  readonly queue?: readonly Execution[];
}

/** It ends with its holder or by its word: it is not cancelled. */
export function environmentLock(input: LockInput): Promise<void> {
  return CancellationScope.nonCancellable(() => keep(input));
}

async function keep(input: LockInput): Promise<void> {
  if (workflowInfo().parent?.workflowId !== input.holder) throw notHeld(input);
  let signals = 0;
  setHandler(releaseSignal, () => void (signals += 1), {
    description: say(
      input,
      '释放锁；只有持有它的发布可以发送',
      'Releases the lock; only the run that holds it can send this',
    ),
  });
  for (const [signal, zh, en] of WAITING) {
    setHandler(signal, () => undefined, { description: say(input, zh, en) });
  }
  const held = `${input.service} / ${input.environment}: ${input.holder}`;
  setCurrentDetails(held);
  for (let judged = 0; ; ) {
    await condition(() => signals > judged);
    judged = signals;
    if (await isReleased(input.holder)) return;
    const foreign = say(
      input,
      '（已忽略他人发送的释放信号）',
      ' (a release by somebody else was ignored)',
    );
    setCurrentDetails(`${held}${foreign}`);
  }
}

const WAITING = [
  [queueSignal, '排队等待这把锁', 'Queues for this lock'],
  [leaveSignal, '不再排队等待这把锁', 'Leaves the queue for this lock'],
] as const;

/** A signal does not say who has sent it; the server knows. */
async function isReleased(holder: string): Promise<boolean> {
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await local.releasedByHolder.executeWithOptions({ summary: holder }, []);
    } catch {
      await sleep(pauseMs);
    }
  }
}

/** Started by hand, or by somebody else's workflow. */
function notHeld(input: LockInput): ApplicationFailure {
  const message = say(
    input,
    '锁只能由持有它的发布启动：请用 runsheet run 启动发布',
    'a lock is started by the run that holds it only: start a run with runsheet run',
  );
  return ApplicationFailure.nonRetryable(message, 'LOCK_NOT_YOURS');
}
