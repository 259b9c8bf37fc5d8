/** One approval: ask, remind, judge what comes in, until a quorum, a rejection or the deadline. */
import { condition } from '@temporalio/workflow';
import type { ApprovalStep } from '../../plan/plan.ts';
import type { AskingParts, LockPart } from '../run.ts';
import { changed, enterStep, leaveStep } from '../showing/status.ts';
import { ApprovalRequest } from './approval-request.ts';

/** Asks for one approval and waits for it. @throws StepFailure when it is rejected or expires. */
export async function askApproval(
  run: AskingParts & LockPart,
  step: ApprovalStep,
  news: readonly string[],
): Promise<void> {
  // A lost lock may be asked about just now.
  await condition(() => !run.desk.isOpen);
  const openedAtMs = Date.now();
  const request = new ApprovalRequest(run, step, {
    desk: run.desk,
    isAfterwards: false,
    isReplaceable: run.lock === null,
  });
  enterStep(run, step.number, 'waiting');
  try {
    await request.send(news);
    const note = await request.wait();
    leaveStep(run, step.number, 'succeeded', note);
  } finally {
    run.peopleMs += Date.now() - openedAtMs;
    run.status.questions = [];
    run.desk.close();
    changed(run);
  }
}
