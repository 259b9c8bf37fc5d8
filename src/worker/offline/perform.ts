/** One action of a repair without Temporal: done as a run does it, and judged by what it measures. */

import { ACTIONS, type ActionDefinition, type FactDefinition } from '../../actions/index.ts';
import { sectionsOf } from '../../actions/sections.ts';
import type { createServerStateActivities } from '../../activities/fleet/server-states.ts';
import type { createServerActivities } from '../../activities/servers.ts';
import { compare } from '../../plan/evaluate.ts';
import type { ActionResult, ImagePin, RunRef, ServerBefore } from '../../plan/run.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import { attempted } from './stand-in.ts';

/** Guarded as a worker's are, but for the proof: no run has been pinned. */
export type OfflineActivities = ReturnType<typeof createServerActivities> &
  ReturnType<typeof createServerStateActivities>;

export interface Offline {
  readonly activities: OfflineActivities;
  readonly settings: ProjectSettings;
  readonly run: RunRef;
  readonly servers: readonly string[];
  readonly interrupted: AbortSignal;
  /** A line for people. */
  readonly tell: (text: string) => void;
}

/** Of the actions of the run sheet `repair`, those that are done on one server. */
export type ServerActionId =
  | 'release.check'
  | 'service.tidy'
  | 'pool.drain'
  | 'connections.wait'
  | 'service.stop'
  | 'config.return'
  | 'release.start'
  | 'health.port'
  | 'health.endpoint'
  | 'pool.enable';

/** On top of what runsheet.yaml allows a stop or a start. */
const MARGIN_SECONDS = 60;
/** A first attempt may be cut off by a lost connection, and the next one has to have its time. */
const ATTEMPTS = 2;

/** What was measured is not what it has to be. */
export class NotAsWantedError extends Error {
  override readonly name = 'NotAsWantedError';
}

/** @throws whatever keeps it from being done, or from being as wanted */
export async function perform(
  offline: Offline,
  id: ServerActionId | 'release.settle',
  at: { readonly before?: ServerBefore; readonly image?: ImagePin } = {},
): Promise<ActionResult> {
  const { activities, settings, run, servers, interrupted } = offline;
  const { before, image } = at;
  const definition = ACTIONS[id];
  const input = {
    run,
    step: 0,
    settings: {},
    project: sectionsOf(settings, definition),
    servers,
    ...(before !== undefined && { server: before.server, before }),
    ...(image !== undefined && { image }),
  };
  const limitSeconds = limitOf(definition, settings);
  const result = await attempted({ name: id, limitSeconds, interrupted }, () =>
    activities[id](input),
  );
  const broken = brokenBy(definition, result, settings);
  if (broken !== null) throw new NotAsWantedError(broken);
  return result;
}

/** All attempts of it. */
export function limitOf(
  { timeouts: { startToCloseSeconds } }: Pick<ActionDefinition, 'timeouts'>,
  { runtime, health }: ProjectSettings,
): number {
  const configured = Math.max(runtime.stop.graceSeconds, health.ready.limitSeconds);
  return ATTEMPTS * Math.max(startToCloseSeconds, configured + MARGIN_SECONDS);
}

/** What of it is not as a run would want it where its document says nothing; null: all is. */
function brokenBy(
  { measures }: ActionDefinition,
  { facts, evidence }: ActionResult,
  settings: ProjectSettings,
): string | null {
  for (const fact of measures) {
    if (fact.judgedByDefault === undefined) continue;
    const measured = facts.find(({ id }) => id === fact.id);
    // What only a load balancer tells: there is none, or it does not.
    if (measured === undefined && fact.toldByBalancer !== undefined) continue;
    const wanted = thresholdOf(fact, settings);
    if (measured !== undefined && compare(measured.value, fact.defaultComparison, wanted)) continue;
    return measured?.detail ?? evidence.join('; ');
  }
  return null;
}

function thresholdOf(
  { projectThreshold: place, defaultThreshold }: FactDefinition,
  { drain, balancer }: ProjectSettings,
): FactDefinition['defaultThreshold'] {
  if (place === undefined) return defaultThreshold;
  return place[0] === 'drain' ? drain[place[1]] : balancer[place[1]];
}
