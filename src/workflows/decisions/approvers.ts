/** Who decides, as the plan says. */
import type { ApprovalStep, Plan } from '../../plan/plan.ts';
import type { RunIdentity } from '../run.ts';

/** The plan's approval; undefined: it has none. */
export function approvalOf(plan: Plan): ApprovalStep | undefined {
  return plan.steps.find((each) => each.kind === 'approval');
}

/** Roles that may approve: the environment's. What is not listed is nobody's approval. */
export function approverRoles({ ref }: RunIdentity, step: ApprovalStep): readonly string[] {
  return Object.hasOwn(step.approvers, ref.environment)
    ? (step.approvers[ref.environment] ?? [])
    : [];
}

/** Roles that may say how a stuck run goes on; where no approval is reached, every listed one. */
export function resolverRoles(run: RunIdentity, step: ApprovalStep): readonly string[] {
  const own = approverRoles(run, step);
  return own.length > 0 ? own : [...new Set(Object.values(step.approvers).flat())];
}

/** As the document calls it. */
export function roleName(run: RunIdentity, role: string): string {
  return run.plan.presentation.roleNames[role] ?? role;
}
