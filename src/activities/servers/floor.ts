/** Taking a server out of the pool, but never below the pool's floor. */

import type { drain } from '../../actions/servers/drain.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { RunRef } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import { diagnosed } from '../failures.ts';
import type { WorkOf } from '../implement.ts';
import type { ServerPorts } from './context.ts';
import { countDown, pause } from './pace.ts';
import { findServer, isServing, isTaking, poolState } from './pool-state.ts';

type DrainWork = WorkOf<typeof drain>;

const POLL_MS = 250;
/** A server whose checks fail may come back; one that somebody took out does not by waiting. */
const WAIT_MS = 30_000;

/**
 * Drains the server. Check and drain are one for all of this worker, and the pool is read again
 * afterwards: where another worker took one out meanwhile, this one is put back.
 * @throws ApplicationFailure POOL_FLOOR where too few would be left
 */
export async function leavePool(
  ports: ServerPorts,
  input: DrainWork,
  balancer: BalancerSettings,
): Promise<void> {
  const clock = countDown(WAIT_MS);
  for (;;) {
    const state = await ports.notes.inTurn(balancer.pool, () =>
      leaveIfAllowed(ports, input, balancer),
    );
    if (state === null) return;
    const mayRecover = state.servers.some((each) => isTaking(each) && each.healthy === false);
    if (!mayRecover || clock.remainingMs() === 0) {
      const percent = floorPercent(input, balancer);
      const { run, server } = input;
      const least = fewest(percent, state);
      throw belowFloor({ run, server, pool: balancer.pool, percent, least }, state);
    }
    await pause(POLL_MS, clock);
  }
}

/** @returns the pool that did not allow it; null: the server is out */
async function leaveIfAllowed(
  ports: ServerPorts,
  input: DrainWork,
  balancer: BalancerSettings,
): Promise<PoolState | null> {
  const { pool } = balancer;
  const { server } = input;
  const percent = floorPercent(input, balancer);
  const state = await poolState(ports, balancer);
  const now = findServer(state, server);
  if (now === null || !isTaking(now)) return null;
  const counts = isServing(now);
  if (counts && isBelow(percent, state, server)) return state;
  ports.notes.want(input.run.requestId, server, 'out');
  await ports.balancer.drain(pool, server);
  if (!counts || percent === 0) return null;
  const after = await poolState(ports, balancer);
  if (!isBelow(percent, after, server)) return null;
  ports.notes.want(input.run.requestId, server, 'in');
  await ports.balancer.enable(pool, server);
  return state;
}

/** Whether the pool without this server would have fewer than its floor. */
function isBelow(percent: number, state: PoolState, server: string): boolean {
  return leftWithout(state, server) < fewest(percent, state);
}

/** How many serve beside this one. */
export function leftWithout({ servers }: PoolState, server: string): number {
  return servers.filter((each) => each.name !== server && isServing(each)).length;
}

/** Servers that must stay, out of all that the pool has: those that an operator took out included. */
export function fewest(percent: number, { servers }: PoolState): number {
  return Math.ceil((servers.length * percent) / 100);
}

/** The project's floor or the plan's own, whichever is higher. */
function floorPercent({ settings }: DrainWork, { floorPercent: own }: BalancerSettings): number {
  return Math.max(own, settings.minimumInPoolPercent);
}

interface Floor {
  readonly run: RunRef;
  readonly server: string;
  readonly pool: string;
  readonly percent: number;
  /** Servers that must stay. */
  readonly least: number;
}

/** POOL_FLOOR: how many would be left, and who is out. */
export function belowFloor({ run, ...floor }: Floor, state: PoolState): Error {
  const all = state.servers.length;
  const serving = state.servers.filter(isServing).length;
  const out = state.servers.filter((each) => !isServing(each)).map(describe);
  const others = out.length === 0 ? '-' : out.join(', ');
  return diagnosed(run, diagnose('POOL_FLOOR', 'floor', { ...floor, all, serving, others }));
}

/** The same of a server that a person wants out: what a run could do otherwise is of no use to them. */
export function belowFloorByHand(
  { run, server, pool, least }: Omit<Floor, 'percent'>,
  state: PoolState,
): Error {
  const left = leftWithout(state, server);
  const out = state.servers.filter((each) => each.name !== server && !isServing(each));
  const others = out.length === 0 ? '-' : out.map(describe).join(', ');
  const all = state.servers.length;
  const diagnostic =
    left === 0
      ? diagnose('POOL_FLOOR', 'last', { server, pool, others })
      : diagnose('POOL_FLOOR', 'byHand', { server, pool, all, least, left, others });
  return diagnosed(run, diagnostic);
}

function describe({ name, admin, healthy }: PoolServer): string {
  return `${name} (${admin === 'ready' && healthy === false ? 'unhealthy' : admin})`;
}
