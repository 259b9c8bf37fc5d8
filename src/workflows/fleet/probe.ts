/** Looks at what the run's servers run now. Changes nothing. */
import type { ServerBefore } from '../../plan/run.ts';
import type { TolerantParts } from '../run.ts';
import { noteServer } from '../showing/status.ts';
import { standing } from './availability.ts';
import { exclude, tolerates } from './excluded.ts';
import { probeServer } from './probe-server.ts';
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
