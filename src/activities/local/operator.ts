/** Judges what a person does to an environment outside of a run, by the judge of all decisions. Pure. */
import type { Judgement } from '../contract.ts';
import { type DecisionPolicy, judge } from './judge.ts';

/** Who does it, where, and why. */
export interface OperatorWord {
  readonly environment: string;
  readonly by: string;
  readonly reason: string;
  readonly language: 'zh' | 'en';
}

/** Whoever has a role of the environment's `operators`; where none are listed, any role of the project. */
export function judgeOperator(
  { environment, by, reason, language }: OperatorWord,
  policy: DecisionPolicy,
): Judgement {
  if (reason.trim() === '') {
    const wanted = language === 'zh' ? '请写明原因' : 'expected a reason';
    return { accepted: false, code: 'BAD_DECISION', reason: wanted };
  }
  return judge(
    {
      run: { language, requestedBy: '' },
      step: 0,
      approvers: policy.operators?.[environment] ?? Object.keys(policy.roles),
      quorum: { kind: 'any' },
      accepted: [],
      decision: { kind: 'approve', by, comment: reason },
      purpose: 'resolution',
    },
    policy,
  );
}
