/** Whether a run asks people now. */
import type { ApprovalStatus, RunStatus } from '../../workflows/messages.ts';

/** The approval that is open; null: none is, or it has been decided. */
export function waitingApproval({
  approval,
  steps,
  finishedAtMs,
}: RunStatus): ApprovalStatus | null {
  if (approval === null || finishedAtMs !== null) return null;
  return steps.some((step) => step.number === approval.step && step.state === 'waiting')
    ? approval
    : null;
}
