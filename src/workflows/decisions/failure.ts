/** Asks a person how a run goes on where a step has failed: done again, gone on without, or undone. */
import { condition, sleep } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import { type Asked, irreversibleText } from '../../plan/failure/asking.ts';
import { whyDecisive } from '../../plan/failure/needed.ts';
import { commandUndoneBy } from '../../plan/failure/undoing.ts';
import type { Question } from '../../plan/question.ts';
import { fewestInPool } from '../../plan/rolling.ts';
import { duration } from '../../plan/rolling-words.ts';
import { type AskingParts, type FleetParts, hasPool, presentationOf } from '../run.ts';
import { firstOf } from '../showing/many.ts';
import { enterStep, warn } from '../showing/status.ts';
import { failureOf, type StepFailure } from '../steps/failure.ts';
import { summaryOf } from '../tasks/activities.ts';
import type { TaskStep } from '../tasks/tasks-of-step.ts';
import { meaningFor } from '../undo/meaning.ts';
import type { Undecided } from './desk.ts';
import { closeQuestion, judgeAnswer, openQuestion, type Resolved, resolvers } from './resolving.ts';

const SERVERS_TOLD = 20;
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
  const question = questionOf(run, step, failure, asked);
  openQuestion(run, question);
  enterStep(run, step.number, 'waiting');
  const clock = { expired: false };
  // Never cancelled: after a judgement no event of the server's comes first (decision 23).
  const text = say(run.ref, '等待人工决定', 'a person is waited for');
  void sleep(asked.waitSeconds * 1000, { summary: summaryOf(step.number, null, text) }).then(
    () => {
      clock.expired = true;
    },
    () => undefined,
  );
  try {
    return await firstAnswer(run, step, clock);
  } finally {
    closeQuestion(run, question.openedAtMs);
    enterStep(run, step.number, 'running');
  }
}

/** However many answers come, the deadline holds. */
async function firstAnswer(
  run: FleetParts & AskingParts,
  step: TaskStep,
  clock: { readonly expired: boolean },
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

/** Whether the pool has fewer servers than it must; before the run has touched any, it is not its doing. */
function lacksService(run: FleetParts): boolean {
  if (run.before.size === 0) return false;
  const { poolSize, servers } = run.resolved;
  const others = hasPool(run) ? Math.max(0, poolSize - servers.length) : 0;
  const percent = run.plan.rolling?.minimumInPoolPercent ?? 0;
  const least = hasPool(run) ? Math.max(1, fewestInPool(poolSize, percent)) : 1;
  return run.availability.servingCount() + others < least;
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

/** What becomes of every server where the failure is decided. */
function rollbackText(run: FleetParts, failure: StepFailure): string {
  const meaning = meaningFor(run, failureOf(failure, failure.step, null));
  const { servers } = meaning;
  const lines = servers.flatMap(({ server, fate }) => {
    const version = run.before.get(server)?.release?.version ?? '–';
    if (fate === 'undone')
      return [say(run.ref, `${server} 恢复 ${version}`, `${server} back on ${version}`)];
    return fate === 'kept' ? [say(run.ref, `${server} 保持现状`, `${server} stays as it is`)] : [];
  });
  const shared = [...meaning.shared.undo].flatMap(({ undo }) => {
    const name = commandUndoneBy(undo);
    return name === null ? [] : [say(run.ref, `撤销「${name}」`, `"${name}" is undone`)];
  });
  const kept = run.saga.irreversible;
  const stays = kept.size === 0 ? [] : [irreversibleText([...kept])[run.ref.language]];
  const all = [...firstOf(lines, SERVERS_TOLD), ...shared];
  if (all.length > 0) return [...all, ...stays].join(', ');
  const nothing = say(
    run.ref,
    '发布结束，没有要撤销的改动',
    'the run ends, and there is nothing to undo',
  );
  return [nothing, ...stays].join(', ');
}
