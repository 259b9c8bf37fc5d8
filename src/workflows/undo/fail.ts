/** The end of a run that failed: undo, tell, and say it in one failure. */
import { ApplicationFailure, CancellationScope, CancelledFailure } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import type { RunOutcome } from '../../plan/run.ts';
import { settleExclusions } from '../fleet/excluded.ts';
import { letGo } from '../fleet/pool-guard.ts';
import { widenScope } from '../fleet/scope.ts';
import {
  type AskingParts,
  type FleetParts,
  presentationOf,
  type Run,
  type RunIdentity,
  type ShownPart,
  stepStatus,
} from '../run.ts';
import { excludedLines, finish } from '../showing/ending.ts';
import { firstOf } from '../showing/many.ts';
import { leaveStep, warn } from '../showing/status.ts';
import type { StepFailure } from '../steps/failure.ts';
import { isNotification } from '../steps/order.ts';
import { runNotifications } from '../steps/sequence.ts';
import { policyFor, undo } from './undo.ts';

const TYPES: Record<
  Exclude<RunOutcome, 'running' | 'succeeded' | 'cancelled' | 'needs_attention'>,
  string
> = {
  failed: 'RUN_FAILED',
  rolled_back: 'RUN_ROLLED_BACK',
  rejected: 'RUN_REJECTED',
  expired: 'RUN_EXPIRED',
};

/** In a failure, which is kept in history and shown in one piece. */
const NAMES_TOLD = 50;
const LONGEST_MESSAGE = 4_000;

/** Undoes what the template says, tells everybody, and returns the error that closes the workflow. */
export function fail(run: Run, failure: StepFailure): Promise<Error> {
  return CancellationScope.nonCancellable(async () => {
    const { step, type } = failure;
    const message =
      failure.kind === 'cancelled'
        ? say(run.ref, '已取消', 'cancelled')
        : failure.message.slice(0, LONGEST_MESSAGE);
    run.status.failure = { step, type, message };
    leaveStep(run, step, 'failed', message);
    markUnreached(run);
    widenScope(run);
    run.status.batch = null;
    await undoAsTheTemplateSays(run, step);
    await settleExclusions(run);
    run.verdict = outcomeOf(run, failure);
    run.background.push(letGo(run));
    await runNotifications(run);
    finish(run, run.verdict);
    return closingError(run, failure, run.verdict, message);
  });
}

/**
 * The steps as they stand when the run fails: those that were not begun, and those of a rolling group
 * that earlier batches have been through.
 */
function markUnreached(run: RunIdentity & ShownPart): void {
  for (const step of run.plan.steps) {
    const shown = stepStatus(run, step.number);
    if (shown.state === 'pending' && !isNotification(step)) shown.state = 'not_reached';
    if (shown.state === 'running') shown.state = 'succeeded';
  }
}

async function undoAsTheTemplateSays(run: FleetParts & AskingParts, step: number): Promise<void> {
  const changedServers = run.saga.servers();
  if (changedServers.length === 0) return;
  if (policyFor(run, step) !== 'terminate') return undo(run, step);
  const servers = firstOf(changedServers, NAMES_TOLD).join(', ');
  warn(
    run,
    say(
      run.ref,
      `模板规定直接终止，未回滚：${servers}`,
      `the template says terminate; not rolled back: ${servers}`,
    ),
  );
}

function outcomeOf({ status }: ShownPart, { kind }: StepFailure): keyof typeof TYPES | 'cancelled' {
  if (kind !== 'failed') return kind;
  return status.rollback.length > 0 ? 'rolled_back' : 'failed';
}

function closingError(
  run: RunIdentity & ShownPart,
  { step, type }: StepFailure,
  outcome: keyof typeof TYPES | 'cancelled',
  reason: string,
): Error {
  const { title } = presentationOf(run.plan, step);
  const undone = firstOf(run.status.rollback, NAMES_TOLD);
  const rollback =
    undone.length === 0
      ? say(run.ref, '没有需要回滚的改动', 'nothing had to be rolled back')
      : say(run.ref, `已回滚：${undone.join('；')}`, `rolled back: ${undone.join('; ')}`);
  // A reason that is a sentence has its own full stop.
  const why = reason.replace(/[.。]+$/, '');
  const message = say(
    run.ref,
    `步骤${step} ${title}：${why}。${rollback}`,
    `step ${step} ${title}: ${why}. ${rollback}`,
  );
  if (outcome === 'cancelled') return new CancelledFailure(message);
  return ApplicationFailure.create({
    type: TYPES[outcome],
    message,
    nonRetryable: true,
    details: [{ outcome, step, type, reason, rollback: undone, excluded: excludedLines(run) }],
  });
}
