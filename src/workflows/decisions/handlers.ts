/** What a run answers to. Set before the first await, so that nothing that arrives early is lost. */
import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { Decision, Judgement } from '../../activities/contract.ts';
import type { Plan } from '../../plan/plan.ts';
import {
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
} from '../messages.ts';
import type { Draft } from '../run.ts';
import { runSheetMarkdown } from '../showing/runsheet-markdown.ts';
import { type DecisionDesk, type DecisionKind, shapeProblem, type Undecided } from './desk.ts';

/** What the handlers answer from. */
export interface Answers {
  readonly status: Draft<RunStatus>;
  readonly desk: DecisionDesk;
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
  status: ['运行状态：步骤、服务器、审批（JSON）', 'The run: steps, servers, approval, as JSON'],
  plan: ['本次运行固定的计划', 'The plan that this run executes'],
  report: ['操作单（Markdown）', 'The run sheet as Markdown'],
} as const;

/** Says what each is for in the status's language; to be called again where that has changed. */
export function setHandlers(answers: Answers): void {
  const { desk, status } = answers;
  const describe = (name: keyof typeof DESCRIPTIONS): { description: string } => {
    const [zh, en] = DESCRIPTIONS[name];
    return { description: status.language === 'zh' ? zh : en };
  };
  setHandler(approveSignal, (message) => void desk.take('approve', message), describe('approve'));
  setHandler(rejectSignal, (message) => void desk.take('reject', message), describe('reject'));
  setHandler(retrySignal, (message) => void desk.take('retry', message), describe('retry'));
  setHandler(skipSignal, (message) => void desk.take('skip', message), describe('skip'));
  setHandler(
    rollbackSignal,
    (message) => void desk.take('rollback', message),
    describe('rollback'),
  );
  setHandler(decideUpdate, (decision) => decide(desk, decision), {
    validator: refuseBadDecision,
    ...describe('decide'),
  });
  setHandler(resolveUpdate, (resolution) => resolve(desk, resolution), {
    validator: refuseBadResolution,
    ...describe('resolve'),
  });
  setHandler(statusQuery, () => status, describe('status'));
  setHandler(planQuery, () => answers.plan, describe('plan'));
  setHandler(reportQuery, () => runSheetMarkdown(status), describe('report'));
}

async function decide(desk: DecisionDesk, decision: Decision): Promise<Judgement> {
  return judged(desk.take(decision.kind, decision));
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

function refuseBadDecision(decision: unknown): void {
  refuseBadShape(decision, 'kind', ['approve', 'reject']);
}

function refuseBadResolution(resolution: unknown): void {
  refuseBadShape(resolution, 'action', ['retry', 'skip', 'rollback']);
}

/** A validator's refusal leaves no event in the history, so it is about shape and size only. */
function refuseBadShape(message: unknown, field: string, kinds: readonly DecisionKind[]): void {
  const problem = shapeProblem(message);
  if (problem !== null) throw ApplicationFailure.nonRetryable(problem.reason, problem.code);
  const kind = (message as Record<string, unknown>)[field];
  if (kinds.some((each) => each === kind)) return;
  throw ApplicationFailure.nonRetryable(`expected ${field}: ${kinds.join(', ')}`, 'BAD_DECISION');
}
