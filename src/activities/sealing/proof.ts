/**
 * Who may tell an activity what to do: nobody but a run that a worker of this project has pinned. The
 * one place where that is verified, before anything else.
 */
import { type Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { WorkSeal } from '../../plan/run.ts';
import { sealedWork, type ToldWork } from '../../plan/sealed-work.ts';
import type { Seal } from '../../ports/seal.ts';
import { diagnosed } from '../failures.ts';

/** @throws ApplicationFailure FORGED_INPUT | SEAL_KEY_UNKNOWN | RUN_WAS_RESET */
export type Proof = (activity: string, input: unknown, info: Context['info']) => Promise<void>;

/** They decide. As ordinary activities, anybody could schedule them, or complete them from outside. */
const LOCAL: readonly string[] = [
  'resolvePlan',
  'judgeDecision',
  'judgeSuccessor',
  'confirmImage',
  'ensureSearchAttributes',
  'lookAtLock',
  'breakLock',
  'releasedByHolder',
  'findPendingApprovals',
  'beginWatch',
  'permitMove',
  'acknowledgeWatch',
];
/** Resolves the run that is then sealed, or belongs to no run. They change nothing on servers. */
const UNSEALED: readonly string[] = [
  'resolvePlan',
  'ensureSearchAttributes',
  'lookAtLock',
  'breakLock',
  'releasedByHolder',
  'findPendingApprovals',
  'beginWatch',
  'permitMove',
  'acknowledgeWatch',
  'showHostKey',
  'showServers',
];

type Sealed = ToldWork & { readonly seal: WorkSeal };

export function createProof(seal: Seal): Proof {
  return async (activity, input, { isLocal, workflowExecution }) => {
    const told: Partial<Sealed> = isObject(input) ? input : {};
    const refuse = (variant: 'outside' | 'ordinary' | 'unsealed' | 'changed'): ApplicationFailure =>
      diagnosed(
        { language: told.run?.language === 'zh' ? 'zh' : 'en' },
        diagnose('FORGED_INPUT', variant, { activity }),
      );
    if (workflowExecution === undefined) throw refuse('outside');
    if (LOCAL.includes(activity) && !isLocal) throw refuse('ordinary');
    if (UNSEALED.includes(activity)) return;
    if (!isSealed(told)) throw refuse('unsealed');
    const { key, value, runId } = told.seal;
    const verdict = await seal.verify(sealedWork(activity, runId, told), { key, value });
    if (verdict === 'unknown-key') {
      throw diagnosed(told.run, diagnose('SEAL_KEY_UNKNOWN', 'unknown', { key: key.slice(0, 64) }));
    }
    if (verdict === 'changed' || told.run.workflowId !== workflowExecution.workflowId) {
      throw refuse('changed');
    }
    if (runId !== workflowExecution.runId) {
      throw diagnosed(told.run, diagnose('RUN_WAS_RESET', 'reset', { run: told.run.workflowId }));
    }
  };
}

function isSealed(told: Partial<Sealed>): told is Sealed {
  const { run, seal } = told;
  if (!isObject(run) || !isObject(seal)) return false;
  return [seal['key'], seal['value'], seal['runId']].every((each) => typeof each === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
