/** Whether a run is waiting for an approval. */
import type { ApprovalStatus, RunStatus } from '../../workflows/messages.ts';

/** The open approval; null: there is none, or it has been decided. */
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
