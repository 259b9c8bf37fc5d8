/** Looks at what the run's servers run now. Changes nothing. */
import { OPERATIONS } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { say } from '../../diagnostics/language.ts';
import type { ServerBefore } from '../../plan/run.ts';
import { sealFor } from '../../plan/sealed-work.ts';
import { type RunIdentity, type TolerantParts } from '../run.ts';
import { noteServer } from '../showing/status.ts';
import { beats, summaryOf, system } from '../tasks/activities.ts';
import { standing } from './availability.ts';
import { exclude, tolerates } from './excluded.ts';
import { serversInRun } from './scope.ts';

/** Reads what every server of the run runs and how it stands in the pool; shows it. */
export async function probeServers(
  run: TolerantParts,
  step: number,
): Promise<ReadonlyMap<string, ServerBefore>> {
  const found = await Promise.all(
    serversInRun(run).map((server) =>
      probeServer(run, step, server).catch((error: unknown) => {
        if (!tolerates(run, step, server, error)) throw error;
        exclude(run, step, server, error);
        return null;
      }),
    ),
  );
  const all = found.filter((before): before is ServerBefore => before !== null);
  for (const before of all) {
    const version = before.release?.version ?? null;
    noteServer(run, before.server, { version, pool: standing(before) });
  }
  return new Map(all.map((before) => [before.server, before]));
}

/** The same of one server; shows nothing. */
export function probeServer(run: RunIdentity, step: number, server: string): Promise<ServerBefore> {
  const project = sectionsOf(run.resolved.settings, OPERATIONS.probeServer);
  const phrase = say(run.ref, '查看现状', 'look at what runs');
  return system.probeServer.executeWithOptions(
    { ...beats(run.resolved.settings), summary: summaryOf(step, server, phrase) },
    [{ run: run.ref, seal: sealFor(run.resolved.proof, 'probeServer'), server, project }],
  );
}
