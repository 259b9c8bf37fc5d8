/** The end of a run that failed: undo, tell, and say it in one failure. */
import { ApplicationFailure, CancellationScope, CancelledFailure } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import { irreversibleText } from '../../plan/failure/asking.ts';
import { type Failure, type FailureMeaning, WAS_RESET } from '../../plan/failure/meaning.ts';
import { isNotification } from '../../plan/failure/order.ts';
import { commandUndoneBy } from '../../plan/failure/undoing.ts';
import type { RunOutcome } from '../../plan/run.ts';
import { endUndecided } from '../decisions/afterwards.ts';
import { settleExclusions } from '../fleet/excluded.ts';
import { letGoFailed } from '../fleet/pool-guard.ts';
import { widenScope } from '../fleet/scope.ts';
import {
  type AskingParts,
  presentationOf,
  type Run,
  type RunIdentity,
  type ShownPart,
  stepStatus,
  type UndoParts,
} from '../run.ts';
import { excludedLines, finish } from '../showing/ending.ts';
import { firstOf } from '../showing/many.ts';
import { leaveStep, warn } from '../showing/status.ts';
import type { StepFailure } from '../steps/failure.ts';
import { runNotifications } from '../steps/sequence.ts';
import { meaningFor } from './meaning.ts';
import { undo } from './undo.ts';

type ClosingOutcome = Exclude<RunOutcome, 'running' | 'succeeded' | 'needs_attention'>;

const TYPES: Record<Exclude<ClosingOutcome, 'cancelled'>, string> = {
  failed: 'RUN_FAILED',
  rolled_back: 'RUN_ROLLED_BACK',
  rejected: 'RUN_REJECTED',
  expired: 'RUN_EXPIRED',
  superseded: 'RUN_SUPERSEDED',
};

/** In a failure, which is kept in history and shown in one piece. */
const NAMES_TOLD = 50;
const LONGEST_MESSAGE = 4_000;

/** Undoes what the template says, tells everybody, and returns the error that closes the workflow. */
export function fail(run: Run, failure: StepFailure): Promise<Error> {
  return CancellationScope.nonCancellable(async () => {
    const { step, type, kind } = failure;
    const failed: Failure = { step, type, kind, server: null };
    const message =
      kind === 'cancelled'
        ? say(run.ref, '已取消', 'cancelled')
        : failure.message.slice(0, LONGEST_MESSAGE);
    run.status.failure = { step, type, message };
    leaveStep(run, step, 'failed', message);
    endUndecided(run, message);
    markUnreached(run);
    widenScope(run);
    run.status.batch = null;
    const meaning = meaningFor(run, failed);
    tellIrreversible(run);
    await carryOut(run, failed, meaning);
    await settleExclusions(run);
    const outcome = closingOutcome(meaning);
    run.verdict = outcome;
    run.background.push(letGoFailed(run));
    await runNotifications(run);
    finish(run, outcome);
    return closingError(run, failed, { outcome, reason: message, kept: keptIn(meaning) });
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

async function carryOut(
  run: UndoParts & AskingParts,
  failure: Failure,
  meaning: FailureMeaning,
): Promise<void> {
  const isUndone =
    meaning.shared.undo.length > 0 || meaning.servers.some((each) => each.undo.length > 0);
  if (isUndone) return undo(run, failure);
  const kept = keptIn(meaning);
  if (kept.length > 0) warn(run, keptText(run, failure, kept));
}

function tellIrreversible(run: Run): void {
  const { irreversible } = run.saga;
  if (irreversible.size > 0) warn(run, irreversibleText([...irreversible])[run.ref.language]);
}

/** Servers that stay as they are, though something was done to them, and what was done once for several. */
function keptIn({ servers, shared }: FailureMeaning): readonly string[] {
  return [
    ...servers.flatMap(({ server, fate }) => (fate === 'kept' ? [server] : [])),
    ...shared.kept.flatMap(({ undo: each }) => commandUndoneBy(each) ?? []),
  ];
}

function keptText(run: RunIdentity, { type }: Failure, kept: readonly string[]): string {
  const servers = firstOf(kept, NAMES_TOLD).join(', ');
  if (type === WAS_RESET) {
    return say(
      run.ref,
      `被回退的运行已更改过这些服务器，没有撤销：${servers}`,
      `the run that was reset had changed these servers, and nothing is undone: ${servers}`,
    );
  }
  return say(
    run.ref,
    `模板规定直接终止，未回滚：${servers}`,
    `the template says terminate; not rolled back: ${servers}`,
  );
}

/** What fails before the first step is the run's failure, whatever that step's would mean. */
function closingOutcome({ outcome }: FailureMeaning): ClosingOutcome {
  return outcome === null || outcome === 'succeeded' ? 'failed' : outcome;
}

interface Closing {
  readonly outcome: ClosingOutcome;
  readonly reason: string;
  readonly kept: readonly string[];
}

function closingError(
  run: RunIdentity & ShownPart,
  failure: Failure,
  { outcome, reason, kept }: Closing,
): Error {
  const { step, type } = failure;
  const { title } = presentationOf(run.plan, step);
  const undone = firstOf(run.status.rollback, NAMES_TOLD);
  // A reason that is a sentence has its own full stop.
  const why = reason.replace(/[.。]+$/, '');
  const rollback = rollbackText(run, failure, undone, kept);
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

function rollbackText(
  run: RunIdentity,
  failure: Failure,
  undone: readonly string[],
  kept: readonly string[],
): string {
  if (undone.length > 0)
    return say(run.ref, `已回滚：${undone.join('；')}`, `rolled back: ${undone.join('; ')}`);
  if (kept.length > 0) return keptText(run, failure, kept);
  return say(run.ref, '没有需要回滚的改动', 'nothing had to be rolled back');
}
