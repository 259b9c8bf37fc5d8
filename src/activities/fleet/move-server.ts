/** Takes a server out of its pool for maintenance, and puts it back, at the word of a person. */

import type { KeptMove, MovedServer, PermittedMove } from '../../plan/pool-move.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Seal } from '../../ports/seal.ts';
import { here } from '../context.ts';
import type { PoolMoveActivities } from '../contract.ts';
import type { DecisionPolicy } from '../local/judge.ts';
import { refuseLocked } from '../local/refuse-locked.ts';
import type { TemporalAccess } from '../local/temporal.ts';
import { permitMove } from '../sealing/permit-move.ts';
import type { ServerPorts } from '../servers/context.ts';
import { belowFloorByHand, fewest, leftWithout } from '../servers/floor.ts';
import { findServer, isMaintained, isServing, poolState } from '../servers/pool-state.ts';

export interface MovingPorts
  extends Pick<ServerPorts, 'balancer' | 'currentSettings' | 'notes' | 'artifacts'> {
  readonly seal: Seal;
  readonly policy: () => Promise<DecisionPolicy>;
  readonly temporal: () => Promise<TemporalAccess>;
}

/** Among the artifacts; no run has this id. */
const MOVES = 'pool-moves';

export function createPoolMoveActivities(ports: MovingPorts): PoolMoveActivities {
  return {
    async permitMove(input) {
      const { seal, policy, currentSettings, temporal } = ports;
      const [now, { balancer }] = await Promise.all([policy(), currentSettings(input)]);
      const permitted = await permitMove({ seal, policy: now, balancer }, input, here());
      await refuseLocked(await temporal(), input);
      return permitted;
    },
    moveServer: (input) =>
      ports.notes.inTurn(input.project.balancer.pool, () => move(ports, input)),
  };
}

/** A run that has taken the lock since goes first; what it finds then is an operator's, and it leaves it. */
async function move(ports: MovingPorts, input: PermittedMove): Promise<MovedServer> {
  const { server, to, who, reason } = input.settings;
  await refuseLocked(await ports.temporal(), input.run);
  const changed = to === 'out' ? await takeOut(ports, input) : await putBack(ports, input);
  const kept: KeptMove = { to, who, reason, atMs: Date.now() };
  await ports.artifacts.write(MOVES, nameOf(input.run.environment, server), JSON.stringify(kept));
  return { server, to, changed, who };
}

/** @throws ApplicationFailure POOL_FLOOR where too few would be left, and at least one */
async function takeOut(ports: MovingPorts, input: PermittedMove): Promise<boolean> {
  const { server } = input.settings;
  const { balancer } = input.project;
  const state = await poolState(ports, balancer);
  const now = findServer(state, server);
  if (now !== null && isMaintained(now)) return false;
  const least = Math.max(1, fewest(balancer.floorPercent, state));
  const counts = now !== null && isServing(now);
  const about = { run: input.run, server, pool: balancer.pool, least };
  if (counts && leftWithout(state, server) < least) throw belowFloorByHand(about, state);
  await ports.balancer.setMaintenance(balancer.pool, server, true);
  if (!counts) return true;
  const after = await poolState(ports, balancer);
  if (leftWithout(after, server) >= least) return true;
  // Somebody else has taken one out meanwhile.
  await ports.balancer.setMaintenance(balancer.pool, server, false);
  throw belowFloorByHand(about, after);
}

async function putBack(ports: MovingPorts, { settings, project }: PermittedMove): Promise<boolean> {
  const { balancer } = project;
  const now = findServer(await poolState(ports, balancer), settings.server);
  await ports.balancer.setMaintenance(balancer.pool, settings.server, false);
  return now?.admin !== 'ready';
}

/** Who has taken a server out, and why; null: it is not on record, or it was put back since. */
export async function keptMove(
  artifacts: Pick<ArtifactStore, 'read'>,
  environment: string,
  server: string,
): Promise<KeptMove | null> {
  const content = await artifacts.read(`artifact:${MOVES}/${nameOf(environment, server)}`);
  if (content === null) return null;
  const kept = JSON.parse(content.toString('utf8')) as KeptMove;
  return kept.to === 'out' ? kept : null;
}

function nameOf(environment: string, server: string): string {
  return `${environment}/${server}.json`;
}
