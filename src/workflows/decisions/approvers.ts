/** Who decides, as the plan says. */
import type { ApprovalStep, Plan } from '../../plan/plan.ts';
import type { RunIdentity } from '../run.ts';

/** The plan's approval; undefined: it has none. */
export function approvalOf(plan: Plan): ApprovalStep | undefined {
  return plan.steps.find((each) => each.kind === 'approval');
}

/** Roles that may decide: the environment's, or every listed one where it is not listed. */
export function approverRoles(run: RunIdentity, step: ApprovalStep): readonly string[] {
  const listed = step.approvers[run.ref.environment];
  return listed ?? [...new Set(Object.values(step.approvers).flat())];
}

/** As the document calls it. */
export function roleName(run: RunIdentity, role: string): string {
  return run.plan.presentation.roleNames[role] ?? role;
}
