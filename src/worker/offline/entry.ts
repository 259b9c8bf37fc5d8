/** What a repair without Temporal leaves for the next run: signed, on each of its servers. */
import { writeEntry } from '../../activities/servers/repair-entries.ts';
import { say } from '../../diagnostics/language.ts';
import type { RepairEntry } from '../../plan/repair-entry.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import type { Ports } from '../../ports/ports.ts';
import { failureOf } from './lines.ts';
import type { Offline } from './perform.ts';
import type { Repaired } from './repair.ts';
import { attempted } from './stand-in.ts';

interface Told {
  readonly repaired: Repaired;
  /** As the servers stand afterwards. */
  readonly states: ServerStates;
  readonly who: string;
  readonly reason: string;
  readonly startedAtMs: number;
}

const WRITE_SECONDS = 60;

/** null: it has not come to a release, so there is nothing to put on record. */
export function entryOf(run: RunRef, told: Told): RepairEntry | null {
  const { repaired, states, who, reason, startedAtMs } = told;
  if (repaired.image === null) return null;
  const now = new Map(states.servers.map((each) => [each.subject, each.before?.release?.digest]));
  return {
    schema: 1,
    kind: 'offline-repair',
    id: run.requestId,
    name: run.workflowId,
    project: run.project,
    service: run.service,
    environment: run.environment,
    version: run.version,
    digest: repaired.image.digest,
    outcome: repaired.failure === null ? 'succeeded' : 'failed',
    who,
    reason,
    startedAtMs,
    endedAtMs: Date.now(),
    servers: repaired.before.map(({ server, release }) => ({
      server,
      from: release?.digest ?? null,
      to: now.get(server) ?? null,
    })),
  };
}

/** On all of them, so that any run finds it; one that cannot be written to is told, and nothing more. */
export async function leaveEntry(
  { run, tell }: Offline,
  ports: Pick<Ports, 'hosts' | 'seal'>,
  entry: RepairEntry,
): Promise<void> {
  const interrupted = new AbortController().signal;
  for (const { server } of entry.servers) {
    const bounds = { name: 'repair.entry', limitSeconds: WRITE_SECONDS, interrupted };
    try {
      await attempted(bounds, () => writeEntry(ports, { run, server }, entry));
    } catch (error) {
      const said = failureOf(error, run);
      const zh = `${server}  没有留下供下一张发布单记录的内容：${said}`;
      tell(say(run, zh, `${server}  has no entry for the next run to put on record: ${said}`));
    }
  }
}
