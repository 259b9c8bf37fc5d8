/** What the servers of an environment run now, by which run, and how they stand. Reads them only. */

import type { PreflightCheck, PreflightResult } from '../../plan/run.ts';
import type {
  GoodVersion,
  KeptVersion,
  RunOnRecord,
  ServerStates,
  ShownServer,
  ShowServersInput,
} from '../../plan/shown-server.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import type { DeploymentRecord } from '../../ports/record-store.ts';
import type { FleetActivities } from '../contract.ts';
import { createAtOnce } from '../servers/at-once.ts';
import type { ServerPorts } from '../servers/context.ts';
import { manifestsKept } from '../servers/kept-manifests.ts';
import { lineOfReleases } from '../servers/line-of-releases.ts';
import { endIfCancelled, heartbeatWhile } from '../servers/pace.ts';
import { findServer, placeOf, poolState } from '../servers/pool-state.ts';
import { beforeOf } from '../servers/probe.ts';
import { importEntries } from '../servers/repair-entries.ts';
import { failedBy } from './findings.ts';
import { keptMove } from './move-server.ts';

export type ServerStatePorts = Pick<
  ServerPorts,
  'runtime' | 'balancer' | 'currentSettings' | 'records' | 'hosts' | 'seal' | 'artifacts'
>;

/** Connections that are opened at the same time. */
const AT_ONCE = 20;
/** Successes that are looked through for versions. */
const GOOD = 50;

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
      const release = each.before?.release ?? null;
      const known = runs.get(release?.runId ?? '') ?? null;
      const run =
        known !== null || release === null
          ? known
          : await asked('records', 'records', verifiedBy(ports, input, each));
      if (each.before?.pool !== 'maint') return { ...each, run };
      const { artifacts } = ports;
      const moved = await keptMove(artifacts, input.environment, each.subject).catch(() => null);
      return { ...each, run, ...(moved !== null && { moved }) };
    }),
  );
  if (input.withKept !== true) return { servers, silent };
  const good = await asked('records', 'records', goodVersions(ports, input));
  return { servers, silent, good: good ?? [] };
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
    const kept = input.withKept === true ? await keptOn(ports, input, server) : null;
    await importLeft(ports, input, server);
    const found = { subject: server, reachable: true, checks: [], before, healthy };
    return kept === null ? found : { ...found, kept };
  } catch (error) {
    await endIfCancelled();
    const checks = [failedBy('connection', error, { run: input })];
    return { subject: server, reachable: false, checks, healthy };
  }
}

async function recordOf({ records }: ServerStatePorts, id: string): Promise<RunOnRecord | null> {
  // A former release that was started anew has its run's id with something behind it.
  const found = await records.find(/^[\da-f-]{36}/u.exec(id)?.[0] ?? id);
  return found === null ? null : shownRecord(found);
}

function shownRecord({
  workflowId,
  version,
  outcome,
  startedAtMs,
  durationMs,
}: DeploymentRecord): RunOnRecord {
  return { workflowId, version, outcome, endedAtMs: startedAtMs + durationMs };
}

/** A run that found what another one had started there and called it good: a repair. */
async function verifiedBy(
  { records }: ServerStatePorts,
  { service, environment }: ShowServersInput,
  { subject, before }: Pick<ShownServer, 'subject' | 'before'>,
): Promise<RunOnRecord | null> {
  const release = before?.release ?? null;
  if (release === null || (release.runId ?? '') === '') return null;
  const { version, digest } = release;
  const found = await records.lastSucceeded({ service, environment, version });
  if (found === null || found.digest !== digest || !found.servers.includes(subject)) return null;
  return shownRecord(found);
}

/** Only what is signed for this server: it could be started again. */
async function keptOn(
  ports: ServerStatePorts,
  { service, environment, language }: ShowServersInput,
  server: string,
): Promise<readonly KeptVersion[]> {
  const run = { ...NOBODY, project: service, service, environment, language };
  const { manifests } = await manifestsKept(ports, { run, server });
  return manifests.map(({ version, digest }) => ({ version, digest }));
}

/** What a repair without Temporal has left goes on record; what is wrong with it, the next run tells. */
async function importLeft(
  ports: ServerStatePorts,
  { service, environment, language }: ShowServersInput,
  server: string,
): Promise<void> {
  const run = { ...NOBODY, project: service, service, environment, language };
  await importEntries(ports, { run, server }).catch(endIfCancelled);
}

/** No run asks. */
const NOBODY = {
  workflowId: '',
  requestId: '',
  version: '',
  templateId: '',
  planDigest: '',
  requestedBy: '',
} as const;

/** Each version once, as it was deployed last. */
async function goodVersions(
  { records }: ServerStatePorts,
  { service, environment }: ShowServersInput,
): Promise<readonly GoodVersion[]> {
  const found = await records.succeeded({ service, environment }, GOOD);
  const line = lineOfReleases(found.flatMap(({ digest }) => digest ?? []));
  const versions = new Map<string, GoodVersion>();
  for (const { version, digest, workflowId, startedAtMs, durationMs } of found) {
    if (digest === null || versions.has(version)) continue;
    const endedAtMs = startedAtMs + durationMs;
    const wasLeft = !line.includes(digest);
    versions.set(version, { version, digest, workflowId, endedAtMs, wasLeft });
  }
  return [...versions.values()];
}
