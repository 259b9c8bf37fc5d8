/** What an action's or a compensation's success means for a server, for those who watch. */
import type { Effect } from '../../actions/define.ts';
import type { ServerBefore } from '../../plan/run.ts';
import { type PoolState, standing } from '../fleet/availability.ts';
import type { FleetParts, RunIdentity } from '../run.ts';
import { noteServer } from './status.ts';

/** Notes what a success means for a server. */
export function noteEffect(run: FleetParts, effect: Effect, server: string): void {
  const before = run.before.get(server);
  noteServer(run, server, {
    ...(effect.pool !== undefined && { pool: poolAfter(effect.pool, before) }),
    ...(effect.version !== undefined && { version: versionAfter(run, effect.version, before) }),
  });
}

/** An operator's own maint stays, so such a server takes no traffic whatever a run does. */
function poolAfter(pool: NonNullable<Effect['pool']>, before: ServerBefore | undefined): PoolState {
  if (pool === 'before' || before?.pool === 'none') return standing(before);
  return before?.pool === 'maint' ? 'out' : pool;
}

function versionAfter(
  run: RunIdentity,
  version: NonNullable<Effect['version']>,
  before: ServerBefore | undefined,
): string | null {
  switch (version) {
    case 'new':
      return run.ref.version;
    case 'none':
      return null;
    case 'before':
      return before?.release?.version ?? null;
  }
}
