/** A server of a backend as one HAProxy's answers describe it. Pure. */
import type { PoolServer } from '../../ports/load-balancer.ts';
import type { Counters, ServerState } from './answers.ts';
import { type HttpSession, tunnelsApart } from './sessions.ts';

interface Seen {
  readonly counters: readonly Counters[];
  /** Of processes that are told to end. */
  readonly leaving: readonly Counters[];
  /** Of all processes; none: not asked for. */
  readonly sessions: readonly HttpSession[];
}

/** null: a backup server, which takes requests only where the pool has failed. */
export function serverOf(
  state: ServerState,
  name: string,
  { counters, leaving, sessions }: Seen,
): PoolServer | null {
  const counted = counters.find((each) => isOf(state, each));
  if (counted === undefined || counted.isBackup) return null;
  const old = leaving.filter((each) => isOf(state, each));
  const active = old.reduce((sum, each) => sum + each.active, counted.active);
  const own = sessions.filter(
    ({ proxy, server }) => proxy === state.backend && server === state.name,
  );
  return {
    name,
    admin: state.admin,
    ...(state.held !== null && { held: state.held }),
    healthy: state.isUp,
    weight: state.weight,
    ...(state.admin === 'ready' ? { active } : tunnelsApart(active, own)),
    requests: counted.requests,
    errors: counted.errors,
    p95Ms: null,
  };
}

/** Whether one of them is out and has something in flight still, so that it matters what that is. */
export function isAwaited(servers: readonly ServerState[], counters: readonly Counters[]): boolean {
  return servers.some(
    (each) =>
      each.admin !== 'ready' &&
      counters.some((counted) => counted.active > 0 && isOf(each, counted)),
  );
}

function isOf(state: ServerState, { kind, proxy, name }: Counters): boolean {
  return kind === 'server' && proxy === state.backend && name === state.name;
}
