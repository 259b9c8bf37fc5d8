/** Looks at what one server runs now, for whoever has to know. */
import { OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { ServerBefore } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import type { RunIdentity } from '../run.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';

/** What it runs and how it stands in the pool. Shows nothing in the run. */
export function probeServer(run: RunIdentity, step: number, server: string): Promise<ServerBefore> {
  const project = sectionsOf(run.resolved.settings, OPERATIONS.probeServer);
  const phrase = say(run.ref, '查看现状', 'look at what runs');
  return system.probeServer.executeWithOptions(
    { ...beats(run.resolved.settings), summary: summaryOf(step, server, phrase) },
    [{ run: run.ref, seal: sealFor(run.resolved.proof, 'probeServer'), server, project }],
  );
}
