/** What the servers of an environment run now, by which run, and how they stand. Reads only. */
import type { PreflightCheck, PreflightResult } from '../../plan/run.ts';
import type {
  RunOnRecord,
  ServerStates,
  ShownServer,
  ShowServersInput,
} from '../../plan/shown-server.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import type { Ports } from '../../ports/ports.ts';
import type { FleetActivities } from '../contract.ts';
import { createAtOnce } from '../servers/at-once.ts';
import type { ServerPorts } from '../servers/context.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { findServer, placeOf, poolState } from '../servers/pool-state.ts';
import { beforeOf } from '../servers/probe.ts';
import { failedBy } from './findings.ts';
import { keptMove } from './move-server.ts';

export type ServerStatePorts = Pick<
  ServerPorts,
  'runtime' | 'balancer' | 'currentSettings' | 'artifacts'
> &
  Pick<Ports, 'records'>;

/** Connections that are opened at the same time. */
const AT_ONCE = 20;

export function createServerStateActivities(
  ports: ServerStatePorts,
): Pick<FleetActivities, 'showServers'> {
  return { showServers: (input) => heartbeatWhile(() => showServers(ports, input)) };
}

async function showServers(
  ports: ServerStatePorts,
  input: ShowServersInput,
): Promise<ServerStates> {
  const { balancer } = await ports.currentSettings(input);
  const silent: PreflightResult[] = [];
  const asked = async <T>(
    subject: string,
    check: PreflightCheck['name'],
    asking: Promise<T>,
  ): Promise<T | null> => {
    try {
      return await asking;
    } catch (error) {
      await endIfCancelled();
      if (silent.every((each) => each.subject !== subject))
        silent.push({
          subject,
          reachable: false,
          checks: [failedBy(check, error, { run: input })],
        });
      return null;
    }
  };
  const pool = await asked('balancer', 'pool', poolState(ports, balancer));
  const atOnce = createAtOnce(AT_ONCE);
  const seen = await Promise.all(
    input.servers.map((server) => atOnce(1, () => look(ports, input, server, pool))),
  );
  const ids = seen.flatMap(({ before }) => before?.release?.runId ?? []);
  const runs = new Map<string, RunOnRecord | null>();
  for (const id of new Set(ids))
    runs.set(id, await asked('records', 'records', recordOf(ports, id)));
  const servers = await Promise.all(
    seen.map(async (each): Promise<ShownServer> => {
      const run = runs.get(each.before?.release?.runId ?? '') ?? null;
      if (each.before?.pool !== 'maint') return { ...each, run };
      const { artifacts } = ports;
      const moved = await keptMove(artifacts, input.environment, each.subject).catch(() => null);
      return { ...each, run, ...(moved !== null && { moved }) };
    }),
  );
  return { servers, silent };
}

async function look(
  ports: ServerStatePorts,
  input: ShowServersInput,
  server: string,
  pool: PoolState | null,
): Promise<Omit<ShownServer, 'run'>> {
  const member = pool === null ? null : findServer(pool, server);
  const healthy = member?.healthy ?? null;
  try {
    const state = await ports.runtime.inspect(server, input.service);
    const before = beforeOf(server, state, pool === null ? 'none' : placeOf(ports, member));
    return { subject: server, reachable: true, checks: [], before, healthy };
  } catch (error) {
    await endIfCancelled();
    const checks = [failedBy('connection', error, { run: input })];
    return { subject: server, reachable: false, checks, healthy };
  }
}

async function recordOf({ records }: ServerStatePorts, id: string): Promise<RunOnRecord | null> {
  // A former release that was started anew has its run's id with something behind it.
  const found = await records.find(/^[\da-f-]{36}/u.exec(id)?.[0] ?? id);
  if (found === null) return null;
  const { workflowId, version, outcome, startedAtMs, durationMs } = found;
  return { workflowId, version, outcome, endedAtMs: startedAtMs + durationMs };
}
