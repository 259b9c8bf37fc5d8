/** Runs of the same place that wait for their approval make way for this one, where its request says so. */
import { isCancellation } from '@temporalio/workflow';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { DecisionsPart, RunIdentity, ShownPart } from '../run.ts';
import { warn } from '../showing/status.ts';
import { messageOf } from '../steps/failure.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';

/** Each of them decides by itself; what stays as it is, is told. */
export async function supersedeOthers(run: RunIdentity & ShownPart & DecisionsPart): Promise<void> {
  const { ref, resolved } = run;
  const first = run.plan.steps[0];
  if (resolved.supersede !== true || first === undefined) return;
  const phrase = say(ref, '取代等待审批的发布单', 'replace runs that wait for their approval');
  try {
    const asked = await system.supersedeRuns.executeWithOptions(
      { ...beats(resolved.settings), summary: summaryOf(first.number, null, phrase) },
      [{ run: ref, seal: sealFor(resolved.proof, 'supersedeRuns') }],
    );
    for (const { workflowId, refused } of asked) {
      if (refused === null)
        run.decisions.push(say(ref, `已取代 ${workflowId}`, `supersedes ${workflowId}`));
      else
        warn(
          run,
          say(
            ref,
            `没有取代 ${workflowId}：${refused}`,
            `${workflowId} is not superseded: ${refused}`,
          ),
        );
    }
  } catch (error) {
    if (isCancellation(error)) throw error;
    warn(run, `${phrase}: ${messageOf(error)}`);
  }
}
