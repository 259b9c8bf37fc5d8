import type { CriterionEvidence } from '../../plan/run.ts';
import type { StepStatus } from '../../workflows/messages.ts';

/** What was seen of a criterion, without what the failure of its step tells already. */
export function detailBeside(
  { state, note }: Pick<StepStatus, 'state' | 'note'>,
  { passed, detail = '' }: CriterionEvidence,
): string {
  if (passed || state !== 'failed') return detail;
  const parts = detail.split('; ').filter((part) => !note.includes(part));
  return parts.join('; ');
}
