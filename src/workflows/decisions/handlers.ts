/** What a run answers to. Set before the first await, so that nothing that arrives early is lost. */
import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { Decision, Judgement } from '../../activities/contract.ts';
import type { Plan } from '../../plan/plan.ts';
import type { AnswerWord } from '../../plan/question.ts';
import {
  type AnswerMessage,
  answerSignal,
  answerUpdate,
  approveSignal,
  decideUpdate,
  planQuery,
  type RunStatus,
  rejectSignal,
  reportQuery,
  resolveUpdate,
  retrySignal,
  rollbackSignal,
  skipSignal,
  statusQuery,
  supersedeUpdate,
} from '../messages.ts';
import type { Draft } from '../run.ts';
import { runSheetMarkdown } from '../showing/runsheet-markdown.ts';
import { type Problem, shapeProblem, WORDS, wordOf, wordProblem } from './answer-shape.ts';
import { type DecisionDesk, type Undecided } from './desk.ts';

/** What the handlers answer from. */
export interface Answers {
  readonly status: Draft<RunStatus>;
  readonly desk: DecisionDesk;
  /** For votes on an approval that the run does not wait for. */
  readonly afterwards: DecisionDesk;
  plan: Plan | null;
}

const BY = '{"by":"<person>","comment":"…","step":N}';
const BY_ZH = BY.replace('<person>', '<人员>');

/** What each handler is for, as the CLI and the Web UI show it: Chinese, English. */
const DESCRIPTIONS = {
  approve: [`批准正在等待的审批步骤：${BY_ZH}`, `Approves the step that waits for approval: ${BY}`],
  reject: [`拒绝正在等待的审批步骤：${BY_ZH}`, `Rejects the step that waits for approval: ${BY}`],
  retry: [
    `步骤失败或回滚受阻时：再试一次：${BY_ZH}；加 "withCurrentSettings":true 则按 runsheet.yaml 现在的设置启动旧版本`,
    `Where a step has failed or the rollback is stuck: tries again: ${BY}; with "withCurrentSettings":true the former version is started with the settings that runsheet.yaml has now`,
  ],
  skip: [
    `步骤失败时：跳过这一步继续；回滚受阻时：已人工处理：${BY_ZH}`,
    `Goes on without the step that has failed; where the rollback is stuck: done by hand: ${BY}`,
  ],
  rollback: [
    `步骤失败时：按回滚策略处理；回滚受阻时：继续回滚：${BY_ZH}`,
    `Rolls back where a step has failed; where the rollback is stuck: goes on with it: ${BY}`,
  ],
  decide: [
    '批准或拒绝，并返回裁定：{"kind":"approve"|"reject","by":"<人员>"}',
    'Approves or rejects and answers with the judgement: {"kind":"approve"|"reject","by":"<person>"}',
  ],
  resolve: [
    '待人工处理时的决定，并返回结果：{"action":"retry"|"skip"|"rollback","by":"<人员>","withCurrentSettings":true|false}',
    'Says how a stuck run goes on: {"action":"retry"|"skip"|"rollback","by":"<person>","withCurrentSettings":true|false}',
  ],
  answer: [
    '回答正在等待的问题：{"word":"approve"|"reject"|"retry"|"skip"|"rollback","by":"<人员>","comment":"…","step":N,"withCurrentSettings":true|false}；作为更新则返回裁定',
    'Answers the question that waits: {"word":"approve"|"reject"|"retry"|"skip"|"rollback","by":"<person>","comment":"…","step":N,"withCurrentSettings":true|false}; as an update it returns the judgement',
  ],
  supersede: [
    '由更新的发布单发送：取代等待审批的本发布单',
    'Sent by a newer run, signed: replaces this one, which waits for its approval',
  ],
  status: ['运行状态：步骤、服务器、审批（JSON）', 'The run: steps, servers, approval, as JSON'],
  plan: ['本次运行固定的计划', 'The plan that this run executes'],
  report: ['操作单（Markdown）', 'The run sheet as Markdown'],
} as const;

/** Says what each is for in the status's language; to be called again where that has changed. */
export function setHandlers(answers: Answers): void {
  const { status } = answers;
  const take = (word: AnswerWord, message: unknown): Undecided =>
    deskFor(answers, word).take(word, message);
  const takeAnswer = (message: unknown): Undecided =>
    deskFor(answers, wordOf(message)).takeAnswer(message);
  const describe = (name: keyof typeof DESCRIPTIONS): { description: string } => {
    const [zh, en] = DESCRIPTIONS[name];
    return { description: status.language === 'zh' ? zh : en };
  };
  setHandler(approveSignal, (message) => void take('approve', message), describe('approve'));
  setHandler(rejectSignal, (message) => void take('reject', message), describe('reject'));
  setHandler(retrySignal, (message) => void take('retry', message), describe('retry'));
  setHandler(skipSignal, (message) => void take('skip', message), describe('skip'));
  setHandler(rollbackSignal, (message) => void take('rollback', message), describe('rollback'));
  setHandler(answerSignal, (message) => void takeAnswer(message), describe('answer'));
  setHandler(answerUpdate, (answer) => judged(takeAnswer(answer)), {
    validator: (answer: AnswerMessage) => refuseBadShape(answer, 'word', WORDS, status),
    ...describe('answer'),
  });
  setHandler(decideUpdate, (decision) => judged(take(decision.kind, decision)), {
    validator: (decision: Decision) => refuseBadShape(decision, 'kind', VOTES, status),
    ...describe('decide'),
  });
  setHandler(resolveUpdate, (resolution) => resolve(answers.desk, resolution), {
    validator: (resolution) => refuseBadShape(resolution, 'action', RESOLUTIONS, status),
    ...describe('resolve'),
  });
  setHandler(supersedeUpdate, (successor) => judged(answers.desk.takeSuccessor(successor)), {
    validator: (successor) => refuseBadSuccessor(successor, status),
    ...describe('supersede'),
  });
  setHandler(statusQuery, () => status, describe('status'));
  setHandler(planQuery, () => answers.plan, describe('plan'));
  setHandler(reportQuery, () => runSheetMarkdown(status), describe('report'));
}

/** Votes go to the approval that nothing waits for, while it is open; whatever else is asked takes the rest. */
function deskFor({ desk, afterwards }: Answers, word: AnswerWord | null): DecisionDesk {
  const isVote = VOTES.some((each) => each === word);
  return isVote && afterwards.isOpen ? afterwards : desk;
}

async function resolve(
  desk: DecisionDesk,
  resolution: { readonly action: 'retry' | 'skip' | 'rollback'; readonly by: string },
): Promise<string> {
  const judgement = await judged(desk.take(resolution.action, resolution));
  if (judgement.accepted) return `${resolution.action}: ${judgement.vote.name}`;
  throw ApplicationFailure.nonRetryable(judgement.reason, judgement.code);
}

/** Waits for the judgement also while the run is being cancelled: closing the desk answers all. */
async function judged(item: Undecided): Promise<Judgement> {
  await CancellationScope.nonCancellable(() => condition(() => item.judgement !== null));
  if (item.judgement === null) throw ApplicationFailure.nonRetryable('not judged', 'INTERNAL');
  return item.judgement;
}

const VOTES = ['approve', 'reject'] as const;
const RESOLUTIONS = ['retry', 'skip', 'rollback'] as const;

/** A validator's refusal leaves no event in the history, so it is about shape and size only. */
function refuseBadShape(
  message: unknown,
  field: string,
  words: readonly string[],
  status: Pick<RunStatus, 'language'>,
): void {
  const problem = shapeProblem(message, status);
  if (problem !== null) throw refusal(problem);
  const word = (message as Record<string, unknown>)[field];
  if (!words.some((each) => each === word)) throw refusal(wordProblem(field, words, status));
}

/** The seal is judged later. */
function refuseBadSuccessor(message: unknown, status: Pick<RunStatus, 'language'>): void {
  const { run, seal } = isObject(message) ? message : {};
  const by = isObject(run) ? run['requestedBy'] : undefined;
  const problem = shapeProblem({ by }, status);
  if (problem !== null) throw refusal(problem);
  if (!isObject(seal)) throw refusal(wordProblem('seal', ['{"runId","key","value"}'], status));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal({ code, reason }: Problem): ApplicationFailure {
  return ApplicationFailure.nonRetryable(reason, code);
}
