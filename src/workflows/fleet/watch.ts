/** Starts the watch over a run that has the lock, once: what it is for begins with the first change. */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { LockPart, RunIdentity, ShownPart } from '../run.ts';
import { warn } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import type { runWatch } from './run-watch.ts';

/** Never rejects: a run goes on without, and says so. */
export function watchOver(run: RunIdentity & ShownPart & LockPart, step: number): Promise<void> {
  run.watch ??= start(run, step);
  return run.watch;
}

async function start(run: RunIdentity & ShownPart, step: number): Promise<void> {
  const { ref, resolved } = run;
  try {
    await CancellationScope.nonCancellable(() =>
      startChild<typeof runWatch>('runWatch', {
        // Not the run's id: a replay calls it otherwise.
        workflowId: `runsheet-watch:${ref.service}:${ref.environment}:${ref.requestId}`,
        args: [{ run: ref, seal: sealFor(resolved.proof, 'beginWatch') }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        staticSummary: `${ref.service}/${ref.environment}: ${ref.workflowId}`.slice(0, 120),
      }),
    );
  } catch (error) {
    // A reset finds the one that it had before.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    const text = say(
      ref,
      '没有监视：若本发布单被终止，没有人会收到通知',
      'there is no watch: nobody is told if this run is terminated',
    );
    warn(run, `${step}: ${text}: ${messageOf(error)}`);
  }
}
