/**
 * The approval of what somebody on call has begun: asked at once, and decided when the servers are done.
 * Until then its votes wait, so that no judgement falls between other work (decision 23). Nothing is undone
 * by it, whatever is decided.
 */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { ApprovalStep } from '../../plan/plan.ts';
import type { OnCall } from '../../plan/run.ts';
import type { AskingParts } from '../run.ts';
import { changed, enterStep, leaveStep, warn } from '../showing/status.ts';
import { messageOf, StepFailure } from '../steps/failure.ts';
import { ApprovalRequest, notApproved } from './approval-request.ts';

/** Asks for it, and waits for nothing. */
export function askAfterwards(run: AskingParts, step: ApprovalStep, { name, role }: OnCall): void {
  const { afterwards, decisions, ref } = run;
  const begun = say(
    ref,
    `值班开始：${name}（${role}），未签名；审批在事后`,
    `begun on call by ${name} (${role}), unsigned; to be approved afterwards`,
  );
  decisions.push(begun);
  const request = new ApprovalRequest(run, step, {
    desk: afterwards.desk,
    isAfterwards: true,
    isReplaceable: false,
  });
  enterStep(run, step.number, 'waiting');
  const sent = CancellationScope.nonCancellable(() => request.send([]));
  afterwards.asked = { step, request, sent };
}

/**
 * Waits for the decision, once the servers are done and nothing else is under way. A rejection, the deadline
 * or a cancellation is told and recorded. @param tell reports, tells and records once more
 */
export async function decideAfterwards(run: AskingParts, tell: () => Promise<void>): Promise<void> {
  const { asked } = run.afterwards;
  if (asked === null) return;
  const sinceMs = Date.now();
  run.status.activity = say(
    run.ref,
    '服务器已完成，等待事后审批',
    'servers are done; waits for its approval afterwards',
  );
  changed(run);
  const { isApproved, outcome } = await decision(run, asked);
  run.peopleMs += Date.now() - sinceMs;
  close(run, asked.step, isApproved ? 'succeeded' : 'failed', outcome);
  if (!isApproved) warn(run, outcome);
  await CancellationScope.nonCancellable(tell);
}

/** The run has failed before: what it undoes needs no approval. */
export function endUndecided(run: AskingParts, why: string): void {
  const { asked } = run.afterwards;
  if (asked === null) return;
  const outcome = notApproved(run, why);
  asked.request.withdraw(outcome);
  close(run, asked.step, 'not_reached', outcome);
}

type Asked = NonNullable<AskingParts['afterwards']['asked']>;

async function decision(
  run: AskingParts,
  { sent, request }: Asked,
): Promise<{ readonly isApproved: boolean; readonly outcome: string }> {
  await Promise.all([sent, ...run.background]);
  try {
    return { isApproved: true, outcome: await request.wait() };
  } catch (error) {
    if (error instanceof StepFailure) return { isApproved: false, outcome: error.message };
    const why = isCancellation(error) ? say(run.ref, '已取消', 'cancelled') : messageOf(error);
    const outcome = notApproved(run, why);
    request.withdraw(outcome);
    return { isApproved: false, outcome };
  }
}

function close(
  run: AskingParts,
  step: ApprovalStep,
  state: 'succeeded' | 'failed' | 'not_reached',
  outcome: string,
): void {
  const { afterwards, decisions } = run;
  afterwards.asked = null;
  afterwards.outcome = outcome;
  afterwards.desk.close();
  decisions.push(outcome);
  run.status.questions = (run.status.questions ?? []).filter(({ kind }) => kind !== 'approval');
  leaveStep(run, step.number, state, outcome);
}
