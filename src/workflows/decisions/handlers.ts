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
import { runSheetMarkdown } from '../showing/runsheet-markdown.ts';
import { type DecisionDesk, type DecisionKind, shapeProblem, type Undecided } from './desk.ts';

export interface Answers {
  readonly status: RunStatus;
  readonly desk: DecisionDesk;
  plan: Plan | null;
}

const BY = '{"by":"<person>","comment":"…","step":N}';

export function setHandlers(answers: Answers): void {
  const { desk } = answers;
  setHandler(approveSignal, (message) => void desk.take('approve', message), {
    description: `批准正在等待的审批步骤 · Approves the step that waits for approval: ${BY}`,
  });
  setHandler(rejectSignal, (message) => void desk.take('reject', message), {
    description: `拒绝正在等待的审批步骤 · Rejects the step that waits for approval: ${BY}`,
  });
  setHandler(retrySignal, (message) => void desk.take('retry', message), {
    description: `回滚受阻时：再试一次 · Where the rollback is stuck: tries again: ${BY}`,
  });
  setHandler(skipSignal, (message) => void desk.take('skip', message), {
    description: `回滚受阻时：已人工处理，跳过 · Where the rollback is stuck: done by hand, go on: ${BY}`,
  });
  setHandler(rollbackSignal, (message) => void desk.take('rollback', message), {
    description: `回滚受阻时：继续回滚 · Where the rollback is stuck: goes on with it: ${BY}`,
  });
  setHandler(decideUpdate, (decision) => decide(desk, decision), {
    validator: refuseBadDecision,
    description:
      '批准或拒绝，并返回裁定 · Approves or rejects and answers with the judgement: ' +
      '{"kind":"approve"|"reject","by":"<person>"}',
  });
  setHandler(resolveUpdate, (resolution) => resolve(desk, resolution), {
    validator: refuseBadResolution,
    description:
      '回滚受阻时的决定，并返回结果 · Says how a stuck run goes on: ' +
      '{"action":"retry"|"skip"|"rollback","by":"<person>"}',
  });
  setHandler(statusQuery, () => answers.status, {
    description: '运行状态：步骤、服务器、审批 · The run: steps, servers, approval, as JSON',
  });
  setHandler(planQuery, () => answers.plan, {
    description: '本次运行固定的计划 · The plan that this run executes',
  });
  setHandler(reportQuery, () => runSheetMarkdown(answers.status), {
    description: '部署单（Markdown）· The run sheet as Markdown',
  });
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
