import { goesBack } from '../../actions/questions.ts';
import { say } from '../../diagnostics/language.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type PinnedPart, type RunIdentity } from '../run.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';

/** Pins what `version` stands for, before the first step. */
export async function pinSource(run: RunIdentity & PinnedPart): Promise<void> {
  const first = run.plan.steps[0];
  // A version that was kept can be gone back to although its source is gone.
  if (first === undefined || goesBack(run.plan)) return;
  const phrase = say(run.ref, `取出 ${run.ref.version}`, `check out ${run.ref.version}`);
  run.source = await system.resolveSource.executeWithOptions(
    { ...beats(run.resolved.settings), summary: summaryOf(first.number, null, phrase) },
    [{ run: run.ref, seal: sealFor(run.resolved.proof, 'resolveSource') }],
  );
}
