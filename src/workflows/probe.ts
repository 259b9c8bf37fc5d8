/** Looks at what the run's servers run now. Changes nothing. */
import type { ServerBefore } from '../plan/run.ts';
import { SERVER_SECTIONS, sectionsOf, summaryOf, system } from './activities.ts';
import { type Run, say } from './run.ts';
import { noteServer } from './status.ts';

/** Reads what every server runs and how it stands in the pool; shows it. */
export async function probeServers(
  run: Run,
  step: number,
): Promise<ReadonlyMap<string, ServerBefore>> {
  const project = sectionsOf(run.resolved.settings, SERVER_SECTIONS);
  const phrase = say(run, '查看现状', 'look at what runs');
  const found = await Promise.all(
    run.resolved.servers.map((server) =>
      system.probeServer.executeWithOptions({ summary: summaryOf(step, server, phrase) }, [
        { run: run.ref, server, project },
      ]),
    ),
  );
  for (const before of found) {
    const pool = before.pool === 'ready' ? 'in' : 'out';
    noteServer(run, before.server, { version: before.release?.version ?? null, pool });
  }
  return new Map(found.map((before) => [before.server, before]));
}
