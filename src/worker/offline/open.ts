/** The project's servers with the worker's own keys, and nothing of Temporal. */
import { randomUUID } from 'node:crypto';
import { createServerStateActivities } from '../../activities/fleet/server-states.ts';
import { guardAll } from '../../activities/guard.ts';
import { judgeOperator } from '../../activities/local/operator.ts';
import { createPoolNotes } from '../../activities/servers/pool-notes.ts';
import { createServerActivities } from '../../activities/servers.ts';
import type { Environment } from '../../config/environment.ts';
import type { ProjectFile } from '../../config/project-file.ts';
import { say } from '../../diagnostics/language.ts';
import type { OfflineEvent, OfflineRequest } from '../../plan/offline-repair.ts';
import type { RunRef } from '../../plan/run.ts';
import type { ServerStates } from '../../plan/shown-server.ts';
import type { Ports } from '../../ports/ports.ts';
import { policyOf } from '../activities-of.ts';
import { createSettingsReader } from '../resolution.ts';
import { entryOf, leaveEntry } from './entry.ts';
import { failureOf } from './lines.ts';
import type { Offline } from './perform.ts';
import { repairOffline } from './repair.ts';
import { attempted } from './stand-in.ts';

export interface OfflineGiven {
  readonly project: ProjectFile;
  readonly environment: Environment;
  readonly ports: Ports;
  readonly redact: (text: string) => string;
  readonly interrupted: AbortSignal;
  readonly tell: (event: OfflineEvent) => void;
}

/** A look takes so long where servers are out of reach. */
const LOOK_SECONDS = 180;

/** Whoever interrupts a repair has to know how the servers stand then. */
const NEVER = new AbortController().signal;

/** Answers one request: a look, or a repair. */
export async function answerOffline(given: OfflineGiven, request: OfflineRequest): Promise<void> {
  const { tell } = given;
  const permitted = permit(given.project, request);
  if ('refusal' in permitted) return tell({ kind: 'refused', text: permitted.refusal });
  const offline = await openOffline(given, request);
  const states = await statesOf(offline, given.interrupted);
  if (request.repair === undefined) return tell({ kind: 'states', states });
  const { version, reason } = request.repair;
  const startedAtMs = Date.now();
  const repaired = await repairOffline(offline, thatHaveKept(states, version));
  const { failure, begun } = repaired;
  if (failure !== null && !begun) return tell({ kind: 'refused', text: failure });
  const after = await statesOf(offline, NEVER);
  const { who } = permitted;
  const entry = entryOf(offline.run, { repaired, states: after, who, reason, startedAtMs });
  if (entry !== null) await leaveEntry(offline, given.ports, entry);
  const outcome = failure === null ? 'succeeded' : 'stopped';
  tell({ kind: 'ended', outcome, text: failure, states: after });
}

async function openOffline(given: OfflineGiven, request: OfflineRequest): Promise<Offline> {
  const { project, environment, ports, redact, interrupted, tell } = given;
  const currentSettings = createSettingsReader(project.folder, environment);
  const serverPorts = { ...ports, currentSettings, notes: createPoolNotes() };
  const run = refOf(request);
  return {
    activities: guardAll(
      { ...createServerActivities(serverPorts), ...createServerStateActivities(serverPorts) },
      { redact, project: project.service },
    ),
    settings: await currentSettings(run),
    run,
    servers: request.servers,
    interrupted,
    tell: (text) => tell({ kind: 'line', text }),
  };
}

/** It is no run of Temporal's, and is named so. */
function refOf({ service, environment, language, repair }: OfflineRequest): RunRef {
  const requestId = randomUUID();
  return {
    workflowId: `offline-repair-${environment}-${requestId.slice(0, 8)}`,
    requestId,
    project: service,
    service,
    environment,
    version: repair?.version ?? '',
    templateId: 'repair',
    planDigest: '',
    requestedBy: repair?.by ?? '',
    language,
  };
}

function statesOf(
  { activities, run, servers }: Offline,
  interrupted: AbortSignal,
): Promise<ServerStates> {
  const { service, environment, language } = run;
  const bounds = { name: 'showServers', limitSeconds: LOOK_SECONDS, interrupted };
  const asked = { service, environment, servers, language, withKept: true } as const;
  return attempted(bounds, () => activities.showServers(asked));
}

function thatHaveKept({ servers }: ServerStates, version: string): ReadonlySet<string> {
  const has = servers.filter(({ kept = [] }) => kept.some((each) => each.version === version));
  return new Set(has.map(({ subject }) => subject));
}

/** Not this project's servers, or nobody who may; of a look nobody is asked. */
function permit(
  project: ProjectFile,
  request: OfflineRequest,
): { readonly who: string } | { readonly refusal: string } {
  const { service, environment, servers, language, repair } = request;
  const known = project.environments[environment]?.servers ?? [];
  const unknown = servers.filter((each) => !known.includes(each));
  if (service !== project.service || servers.length === 0 || unknown.length > 0) {
    const place = `${service}/${environment}`;
    const named = unknown.join(', ') || '–';
    const all = known.join(', ') || '–';
    const zh = `${place} 没有这样的服务器：${named}；有：${all}`;
    return {
      refusal: say(request, zh, `${place} has no such servers: ${named}; there are: ${all}`),
    };
  }
  if (repair === undefined) return { who: '' };
  const { by, reason } = repair;
  const judged = judgeOperator({ environment, by, reason, language }, policyOf(project));
  if (!judged.accepted) return { refusal: `${judged.code}: ${judged.reason}` };
  return { who: `${judged.vote.name} (${judged.vote.role})` };
}

/** What could not even be opened. */
export function refusedBy(error: unknown, request: Pick<OfflineRequest, 'language'>): OfflineEvent {
  return { kind: 'refused', text: failureOf(error, request) };
}
