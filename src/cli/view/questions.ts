/** The questions that runs ask people, one below the other, the most urgent first. Pure. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { Question, QuestionKind } from '../../plan/question.ts';
import type { RunStatus } from '../../workflows/messages.ts';
import { sayIn } from '../language.ts';
import { waitingApproval } from './approval.ts';
import { localTime } from './start.ts';
import { fold, visible } from './text.ts';
import { countdown, durationWord } from './words.ts';

/** What a run asks now; what one of an earlier version asks, as far as it says. */
export function openQuestions(status: RunStatus): readonly Question[] {
  if (status.finishedAtMs !== null) return [];
  if (status.questions !== undefined) return status.questions;
  const approval = waitingApproval(status);
  const shared = { text: status.needsAttention ?? status.activity, atDeadline: '' };
  if (approval !== null && status.needsAttention === null) {
    const { step, roles, openedAtMs, expiresAtMs } = approval;
    const answers = wordsOf('approve', 'reject');
    const times = { openedAtMs, deadlineMs: expiresAtMs };
    return [{ kind: 'approval', step, roles, answers, ...times, ...shared }];
  }
  if (status.needsAttention === null) return [];
  const step = status.failure?.step ?? 0;
  const answers = wordsOf('retry', 'skip', 'rollback');
  const times = { openedAtMs: status.startedAtMs, deadlineMs: null };
  return [{ kind: 'stuck_rollback', step, roles: [], answers, ...times, ...shared }];
}

function wordsOf(...words: readonly Question['answers'][number]['word'][]): Question['answers'] {
  return words.map((word) => ({ word, would: '' }));
}

/** The words that the open question takes, as one types them: `retry|skip|rollback`. */
export function answerWords({ answers }: Pick<Question, 'answers'>): string {
  return answers.map(({ word }) => word).join('|');
}

/** What to type where a run needs attention; none where it asks nothing just now. */
export function resolveLines(status: RunStatus, language: Language): readonly string[] {
  const name = sayIn(language)(NAME);
  return openQuestions(status)
    .filter(({ kind }) => kind !== 'approval')
    .map((each) => `runsheet resolve ${status.workflowId} ${answerWords(each)} --by ${name}`);
}

/** A question with what people know its run by. */
export interface PendingQuestion extends Question {
  readonly workflowId: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
}

/** By deadline; what has none, by how long it has been open. */
export function pendingOf(statuses: readonly RunStatus[]): readonly PendingQuestion[] {
  const all = statuses.flatMap((status) => {
    const { workflowId, service, environment, version } = status;
    return openQuestions(status).map((each) => ({
      workflowId,
      service,
      environment,
      version,
      ...each,
    }));
  });
  const until = ({ deadlineMs }: Question): number => deadlineMs ?? Number.POSITIVE_INFINITY;
  return all.toSorted((one, other) =>
    until(one) === until(other) ? one.openedAtMs - other.openedAtMs : until(one) - until(other),
  );
}

const KINDS: Readonly<Record<QuestionKind, Localized>> = {
  approval: { zh: '审批', en: 'approval' },
  failure: { zh: '步骤失败', en: 'failed step' },
  stuck_rollback: { zh: '回滚受阻', en: 'stuck rollback' },
  lost_lock: { zh: '锁曾丢失', en: 'lost lock' },
};
const NAME: Localized = { zh: '<姓名>', en: '<name>' };
const TEXT_LINES = 4;
const WIDTH = 100;
const INDENT = '   ';

export function pendingLines(
  question: PendingQuestion,
  language: Language,
  nowMs: number,
): readonly string[] {
  const say = sayIn(language);
  const { workflowId, service, version, environment, step, roles, answers } = question;
  const kind = KINDS[question.kind][language];
  const spent = durationWord(nowMs - question.openedAtMs, language);
  const since = `${localTime(question.openedAtMs)} (${spent})`;
  const who =
    roles.length > 0 ? roles.join(', ') : say({ zh: '任何已知人员', en: 'anybody known' });
  const text = fold(question.text, WIDTH, INDENT);
  const shown = text.slice(0, TEXT_LINES);
  if (text.length > shown.length) shown.push(`${INDENT}…`);
  const words = answerWords(question);
  const name = say(NAME);
  return [
    visible(`? ${workflowId}  ${service} ${version} → ${environment}`),
    `${INDENT}${say({
      zh: `${kind}，步骤${step}，自 ${since}`,
      en: `${kind}, step ${step}, since ${since}`,
    })}`,
    ...shown,
    `${INDENT}${visible(say({ zh: `谁可以决定：${who}`, en: `who may answer: ${who}` }))}`,
    ...answers
      .filter(({ would }) => would !== '')
      .map(({ word, would }) => `${INDENT}  ${word}: ${visible(would)}`),
    `${INDENT}${deadlineText(question, language, nowMs)}`,
    `${INDENT}runsheet answer ${visible(workflowId)} ${words} --by ${name}`,
  ];
}

function deadlineText(
  { deadlineMs, atDeadline }: Question,
  language: Language,
  nowMs: number,
): string {
  const say = sayIn(language);
  if (deadlineMs === null) {
    return visible(atDeadline === '' ? say({ zh: '没有期限', en: 'no deadline' }) : atDeadline);
  }
  const until = localTime(deadlineMs);
  const left = countdown(deadlineMs - nowMs);
  const then = visible(atDeadline);
  return say({
    zh: `期限 ${until}（剩余 ${left}）：${then}`,
    en: `until ${until} (${left} left): ${then}`,
  });
}
