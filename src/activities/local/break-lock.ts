/**
 * Ends a lock at the word of a person. Whoever reaches the Temporal server can terminate it, and then
 * its run has the first right to it; only what a worker has judged and signed takes that right away.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { Seal, Signature } from '../../ports/seal.ts';
import type { BreakLockInput, BrokenLock, Execution } from '../contract.ts';
import type { DecisionPolicy } from './judge.ts';
import { judgeOperator } from './operator.ts';
import type { DescribedWorkflow, ReadHistory, TemporalAccess } from './temporal.ts';

/** What is signed. */
interface Statement {
  readonly kind: 'lock-broken';
  /** The execution that it ends, and no other. */
  readonly lock: Execution;
  /** The question that wanted it: asked once more, it has its answer. */
  readonly asked: Execution;
  /** For people. */
  readonly text: string;
}

interface Signed {
  readonly statement: Statement;
  readonly signature: Signature;
}

export interface LockBreaking {
  readonly access: TemporalAccess;
  readonly seal: Seal;
  readonly policy: DecisionPolicy;
  readonly taskQueue: string;
}

/** @throws ApplicationFailure LOCK_FREE, or as the judge names it */
export async function breakLock(
  { access, seal, policy, taskQueue }: LockBreaking,
  input: BreakLockInput,
  asked: Execution,
): Promise<BrokenLock> {
  const judged = judgeOperator(input, policy);
  if (!judged.accepted) throw ApplicationFailure.nonRetryable(judged.reason, judged.code);
  const workflowId = `runsheet-lock:${input.service}:${input.environment}`;
  const lock = await access.describe(workflowId);
  if (lock === null || lock.taskQueue !== taskQueue) throw isFree(input);
  const at = { workflowId, runId: lock.runId };
  const holder = lock.startedBy?.workflowId ?? null;
  if (!lock.running) {
    const said = await statementOf(seal, await access.historyOf(at), at);
    const isDone = said?.asked.runId === asked.runId;
    if (isDone) return { holder, text: said.text };
    throw isFree(input);
  }
  const text = `${judged.vote.name} (${judged.vote.role}): ${input.reason.trim()}`;
  const statement: Statement = { kind: 'lock-broken', lock: at, asked, text };
  const details: Signed = { statement, signature: await seal.sign(statement) };
  await access.terminate(workflowId, `LOCK_BROKEN ${text}`, { runId: lock.runId, details });
  return { holder, text };
}

/** Who has broken a lock, and why; null: it has not ended so. */
export async function brokenBy(
  seal: Seal,
  history: Pick<ReadHistory, 'details'>,
  lock: Execution,
): Promise<string | null> {
  return (await statementOf(seal, history, lock))?.text ?? null;
}

/** The same of a lock that is described; one that is open asks nothing. */
export async function wasBroken(
  { access, seal }: Pick<LockBreaking, 'access' | 'seal'>,
  workflowId: string,
  { runId, wasCut }: Pick<DescribedWorkflow, 'runId' | 'wasCut'>,
): Promise<boolean> {
  if (!wasCut) return false;
  const lock = { workflowId, runId };
  return (await brokenBy(seal, await access.historyOf(lock), lock)) !== null;
}

async function statementOf(
  seal: Seal,
  { details }: Pick<ReadHistory, 'details'>,
  lock: Execution,
): Promise<Statement | null> {
  if (!isSigned(details)) return null;
  const { statement, signature } = details;
  if (statement.lock.workflowId !== lock.workflowId || statement.lock.runId !== lock.runId)
    return null;
  return (await seal.verify(statement, signature)) === 'good' ? statement : null;
}

/** Of whoever has ended it: anything may stand there. */
function isSigned(value: unknown): value is Signed {
  if (!isObject(value)) return false;
  const { statement, signature } = value;
  return (
    isObject(statement) &&
    statement['kind'] === 'lock-broken' &&
    typeof statement['text'] === 'string' &&
    isObject(statement['lock']) &&
    isObject(statement['asked']) &&
    isObject(signature) &&
    typeof signature['key'] === 'string' &&
    typeof signature['value'] === 'string'
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFree({ service, environment, language }: BreakLockInput): ApplicationFailure {
  const place = `${service}/${environment}`;
  const message =
    language === 'zh' ? `${place} 的锁没有被持有` : `nobody holds the lock of ${place}`;
  return ApplicationFailure.nonRetryable(message, 'LOCK_FREE');
}
