/** An approval step: left out where it is optional and nothing is pending, else asked for. */

import { say } from '../../diagnostics/language.ts';
import { variablesOf } from '../../plan/evaluate.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import { askAfterwards } from '../decisions/afterwards.ts';
import { askApproval } from '../decisions/approval.ts';
import { approverRoles } from '../decisions/approvers.ts';
import { probeServers } from '../fleet/probe.ts';
import {
  type AskingParts,
  type BranchesPart,
  type RunIdentity,
  stepStatus,
  type TolerantParts,
} from '../run.ts';
import { StepFailure } from './failure.ts';
import { findPending } from './pending-approvals.ts';

export async function runApprovalStep(
  run: TolerantParts & AskingParts & BranchesPart,
  step: ApprovalStep,
): Promise<void> {
  if (isOptional(run, step)) {
    const pending = run.pendingApprovals ?? (await findPending(run, step.number));
    if (pending.length === 0) {
      const note = say(
        run.ref,
        '可选审批：没有待处理的审批请求，继续',
        'optional approval: no request is pending, going on',
      );
      stepStatus(run, step.number).note = note;
      run.decisions.push(note);
      return;
    }
    const found = pending.slice(0, 5).join(', ');
    stepStatus(run, step.number).note = say(
      run.ref,
      `待处理的审批请求：${found}`,
      `pending requests: ${found}`,
    );
  }
  if (approverRoles(run, step).length === 0) throw nobody(run, step);
  if (run.resolved.onCall !== undefined) return askAfterwards(run, step, run.resolved.onCall);
  run.approvedAgainst = await probeServers(run, step.number);
  await askApproval(run, step, []);
}

/** 可选: a variable that the step's skip rule reads says so. */
function isOptional(run: BranchesPart, step: ApprovalStep): boolean {
  return step.skipWhen
    .flatMap((expression) => variablesOf(expression))
    .some((variable) => run.variables[variable] === 'optional');
}

/** A template that does not enumerate its environments may be started for one that nobody approves. */
function nobody(run: RunIdentity, { number }: ApprovalStep): StepFailure {
  const { environment } = run.ref;
  const message = say(
    run.ref,
    `「审批人员」没有列出 ${environment}：谁都不能批准。请在模板中加上它的审批人员`,
    `the approvers do not list ${environment}, so nobody can approve: add its approvers to the template`,
  );
  return new StepFailure(number, 'failed', 'POLICY_UNSATISFIABLE', message);
}
