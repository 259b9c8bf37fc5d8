/** Asks a person how a run goes on where a step has failed: done again, gone on without, or undone. */
import { condition } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { Asked } from '../../plan/failure/asking.ts';
import { whyDecisive } from '../../plan/failure/needed.ts';
import type { Question } from '../../plan/question.ts';
import { duration } from '../../plan/rolling-words.ts';
import { type AskingParts, type FleetParts, hasPool, presentationOf } from '../run.ts';
import { enterStep, warn } from '../showing/status.ts';
import type { StepFailure } from '../steps/failure.ts';
import type { TaskStep } from '../tasks/tasks-of-step.ts';
import type { Undecided } from './desk.ts';
import { lacksService } from './lacks-service.ts';
import { type QuestionClock, startClock } from './question-clock.ts';
import { tellQuestion } from './question-notices.ts';
import { closeQuestion, judgeAnswer, openQuestion, type Resolved, resolvers } from './resolving.ts';
import { rollbackText } from './rollback-text.ts';

const MESSAGE_CHARACTERS = 1_000;

/** @returns null: nobody is waited for, or nobody has answered in time, so the failure is decided */
export async function askAboutFailure(
  run: FleetParts & AskingParts,
  step: TaskStep,
  failure: StepFailure,
  asked: Asked,
): Promise<Resolved | null> {
  if (!asked.withoutService && lacksService(run)) {
    const text = say(
      run.ref,
      `步骤${step.number} 失败，池中的服务器太少，不等待人工决定`,
      `step ${step.number} has failed with too few servers in the pool: nobody is waited for`,
    );
    warn(run, text);
    return null;
  }
  // A lost lock may be asked about just now.
  await condition(() => !run.desk.isOpen);
  const question = questionOf(run, step, failure, asked);
  openQuestion(run, question);
  enterStep(run, step.number, 'waiting');
  const clock = startClock(run, step.number, asked.waitSeconds * 1000);
  let isClosed = false;
  tellQuestion(run, question, { isOpen: () => !isClosed && !clock.expired });
  try {
    return await firstAnswer(run, step, clock);
  } finally {
    isClosed = true;
    closeQuestion(run, question.openedAtMs);
    enterStep(run, step.number, 'running');
  }
}

/** However many answers come, the deadline holds. */
async function firstAnswer(
  run: FleetParts & AskingParts,
  step: TaskStep,
  clock: QuestionClock,
): Promise<Resolved | null> {
  const refusal = (item: Undecided): ReturnType<typeof refusalOf> => refusalOf(run, step, item);
  for (;;) {
    await condition(() => run.desk.hasUndecided || clock.expired);
    const item = clock.expired ? undefined : run.desk.next();
    const answer = item === undefined ? null : await judgeAnswer(run, step.number, item, refusal);
    if (answer !== null) return answer;
    if (!clock.expired) continue;
    run.decisions.push(
      say(run.ref, `步骤${step.number}：无人决定`, `step ${step.number}: nobody decided in time`),
    );
    return null;
  }
}

/** Why an answer that may be given elsewhere is not taken here; null: it is. */
function refusalOf(
  run: FleetParts,
  step: TaskStep,
  { kind, message }: Undecided,
): { code: string; reason: string } | null {
  if (message.withCurrentSettings === true) {
    const reason = say(run.ref, '这里没有要恢复的旧版本', 'there is no former version to restore');
    return { code: 'BAD_DECISION', reason };
  }
  if (kind !== 'skip' || maySkip(run, step)) return null;
  const reason = say(
    run.ref,
    `步骤${step.number} 不能跳过：发布需要它`,
    `step ${step.number} cannot be skipped: the run needs it`,
  );
  return { code: 'NOT_SKIPPABLE', reason };
}

function maySkip(run: FleetParts, step: TaskStep): boolean {
  const planned = run.plan.steps.find(({ number }) => number === step.number) ?? step;
  return whyDecisive(run.plan, planned, hasPool(run)) === null;
}

function questionOf(
  run: FleetParts & AskingParts,
  step: TaskStep,
  failure: StepFailure,
  { waitSeconds }: Asked,
): Question {
  const { number } = step;
  const { title } = presentationOf(run.plan, number);
  const message = failure.message.slice(0, MESSAGE_CHARACTERS);
  const rollback = rollbackText(run, failure);
  const limit = duration(waitSeconds, run.ref.language);
  const atDeadline = say(
    run.ref,
    `${limit}内无人决定则按 rollback 处理`,
    `as rollback, where nobody has answered within ${limit}`,
  );
  const kept = say(run.ref, '各服务器保持现状', 'every server stays as it is');
  const answers: Question['answers'] = [
    {
      word: 'retry',
      would: say(run.ref, '再做失败的任务', 'what failed is done again'),
    },
    ...(maySkip(run, step)
      ? [
          {
            word: 'skip' as const,
            would: say(run.ref, `跳过这一步继续，${kept}`, `the run goes on without it; ${kept}`),
          },
        ]
      : []),
    { word: 'rollback', would: rollback },
  ];
  const words = answers.map(({ word, would }) => `${word}: ${would}`);
  const text = say(
    run.ref,
    `步骤${number} ${title} 失败：${message}。请决定：${words.join('；')}。${atDeadline}`,
    `step ${number} ${title} has failed: ${message}. Answer with ${words.join('; ')}. ${atDeadline}`,
  );
  const openedAtMs = Date.now();
  return {
    kind: 'failure',
    step: number,
    roles: resolvers(run),
    answers,
    text,
    openedAtMs,
    deadlineMs: openedAtMs + waitSeconds * 1000,
    atDeadline,
  };
}
