/** Asks a person where the lock was lost and the servers are not as the run left them: look again, or undo. */
import { condition } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { Question } from '../../plan/question.ts';
import type { AskingParts, FleetParts } from '../run.ts';
import { warn } from '../showing/status.ts';
import type { StepFailure } from '../steps/failure.ts';
import type { Undecided } from './desk.ts';
import { lacksService } from './lacks-service.ts';
import { startClock } from './question-clock.ts';
import { tellQuestion } from './question-notices.ts';
import { closeQuestion, judgeAnswer, openQuestion, resolvers } from './resolving.ts';
import { rollbackText } from './rollback-text.ts';
import { lastSeen } from './server-states.ts';

/** The lock is held meanwhile, and other runs wait for it. */
const WAIT_MINUTES = 30;
const MESSAGE_CHARACTERS = 2_000;

type Asking = FleetParts & AskingParts;

/**
 * @param failure what it is decided as, where nobody looks again
 * @param isOver whether nobody waits for an answer any more: the run is being undone
 * @returns whether the servers are to be looked at again
 */
export async function askAboutLostLock(
  run: Asking,
  failure: StepFailure,
  isOver: () => boolean,
): Promise<boolean> {
  if (lacksService(run)) {
    const text = say(
      run.ref,
      `步骤${failure.step} 锁已丢失，池中的服务器太少，不等待人工决定`,
      `step ${failure.step}: the lock was lost with too few servers in the pool: nobody is waited for`,
    );
    warn(run, text);
    return false;
  }
  // One question at a time.
  await condition(() => !run.desk.isOpen || isOver());
  if (isOver()) return false;
  return waitForAnswer(run, failure, isOver);
}

async function waitForAnswer(
  run: Asking,
  failure: StepFailure,
  isOver: () => boolean,
): Promise<boolean> {
  const { step } = failure;
  const question = questionOf(run, failure);
  openQuestion(run, question);
  const clock = startClock(run, step, WAIT_MINUTES * 60_000);
  let isClosed = false;
  tellQuestion(run, question, { isOpen: () => !isClosed && !clock.expired && !isOver() });
  try {
    for (;;) {
      await condition(() => run.desk.hasUndecided || clock.expired || isOver());
      if (isOver()) return false;
      if (clock.expired) return nobodyDecided(run, step);
      const item = run.desk.next();
      const answer =
        item === undefined
          ? null
          : await judgeAnswer(run, step, item, (each) => refusalOf(run, step, each));
      if (answer !== null) return answer.kind === 'retry';
    }
  } finally {
    isClosed = true;
    closeQuestion(run, question.openedAtMs);
  }
}

function nobodyDecided(run: Asking, step: number): false {
  const text = say(run.ref, `步骤${step}：无人决定`, `step ${step}: nobody decided in time`);
  run.decisions.push(text);
  return false;
}

function refusalOf(
  { ref }: Asking,
  step: number,
  { kind, message }: Undecided,
): { code: string; reason: string } | null {
  if (message.withCurrentSettings === true) {
    const reason = say(ref, '这里没有要恢复的旧版本', 'there is no former version to restore');
    return { code: 'BAD_DECISION', reason };
  }
  if (kind !== 'skip') return null;
  const reason = say(
    ref,
    `步骤 ${step} 在等待 retry 或 rollback`,
    `step ${step} waits for retry or rollback`,
  );
  return { code: 'WRONG_STEP', reason };
}

function questionOf(run: Asking, failure: StepFailure): Question {
  const { step } = failure;
  const openedAtMs = Date.now();
  const message = failure.message.slice(0, MESSAGE_CHARACTERS);
  const states = lastSeen(run);
  const now = say(run.ref, `现状：${states.join('；')}`, `Servers: ${states.join('; ')}`);
  return {
    kind: 'lost_lock',
    step,
    roles: resolvers(run),
    answers: [
      {
        word: 'retry',
        would: say(
          run.ref,
          '再查看一次服务器：与本发布单离开时一致则继续',
          'the servers are looked at again: the run goes on where they are as it left them',
        ),
      },
      { word: 'rollback', would: rollbackText(run, failure) },
    ],
    text: say(run.ref, `${message}。${now}`, `${message}. ${now}`),
    openedAtMs,
    deadlineMs: openedAtMs + WAIT_MINUTES * 60_000,
    atDeadline: say(
      run.ref,
      `${WAIT_MINUTES} 分钟内无人决定则按 rollback 处理`,
      `as rollback, where nobody has answered within ${WAIT_MINUTES} min`,
    ),
  };
}
