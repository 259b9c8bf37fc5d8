/** How large a run's history becomes, and the limits of Temporal that it would outgrow. Pure. */
import { ACTIONS, COMPENSATIONS, type CompensationId, OPERATIONS } from '../../actions/index.ts';
import { changesServers, commandOf, concerns, tasksIn } from '../../actions/questions.ts';
import { sectionsOf } from '../../actions/sections.ts';
import { taskSettings } from '../../actions/task-settings.ts';
import type { Task } from '../../plan/plan.ts';
import { batchesOf, largestBatch } from '../../plan/rolling.ts';
import type { ResolvedRun } from '../../plan/run.ts';
import type { ProjectSettings } from '../../plan/settings.ts';

/** What the size follows from. */
export type SizedRun = Pick<
  ResolvedRun,
  'plan' | 'settings' | 'servers' | 'parameters' | 'overrides'
>;

export interface RunSize {
  /** Of the run and its rollback: servers that are half changed must not be left by a run that ends. */
  readonly events: number;
  readonly historyBytes: number;
  /** Of what one workflow task schedules: one message. */
  readonly messageBytes: number;
  /** Of the resolved request, the largest single value. */
  readonly valueBytes: number;
  /** Activities at the same time. */
  readonly activities: number;
}

/** As Temporal has them; a namespace may have lower ones, not higher. */
export const LIMITS: RunSize = {
  events: 51_200,
  historyBytes: 50 * 1024 ** 2,
  messageBytes: 4 * 1024 ** 2,
  valueBytes: 2 * 1024 ** 2,
  activities: 2_000,
};

/**
 * Scheduled, started, completed, and its share of workflow tasks: measured 3.2 to 4.0, the more the
 * busier the machine.
 */
const EVENTS = 4;
/** Names of run and release, seal, how the server was before, and what the event says of it. */
const INPUT_BYTES = 1_300;
/** Its other events, the result, and its share of workflow tasks. */
const ACTIVITY_BYTES = 600;
/** What is done once, whatever the number of servers. */
const ONCE = 100;
/** Once a batch: what a step does for all of it, the guard, observation. */
const BATCH = 20;
/** One signature, with the words under which it stands. */
const SEAL_BYTES = 400;
/** The guard of the pool, and whatever tells people meanwhile. */
const BESIDE = 10;

/** What is done on one server. */
interface OnServer {
  readonly bytes: number;
  /** On all servers at once, batches or not. */
  readonly ofAll: boolean;
}

export function sizeOf(run: SizedRun): RunSize {
  const { plan, servers } = run;
  const each = doneOnServer(run);
  const batches = batchesOf(servers, plan.rolling).length;
  const activities = each.length * servers.length + ONCE + BATCH * batches;
  const inputs = each.reduce((sum, { bytes }) => sum + bytes, 0) * servers.length;
  const most = (ofAll: boolean): number =>
    Math.max(0, ...each.filter((one) => one.ofAll === ofAll).map(({ bytes }) => bytes));
  const atOnce = largestBatch(servers, plan.rolling);
  return {
    events: Math.round(activities * EVENTS),
    historyBytes: inputs + activities * ACTIVITY_BYTES,
    messageBytes: Math.max(most(true) * servers.length, most(false) * atOnce),
    valueBytes: bytesOf(run) + SEAL_BYTES * (tasksOf(run).length + Object.keys(ACTIONS).length),
    activities: servers.length + BESIDE,
  };
}

/** Whether a run stays within every limit. */
export function fits(size: RunSize): boolean {
  return LIMIT_NAMES.every((name) => size[name] <= LIMITS[name]);
}

export const LIMIT_NAMES = Object.keys(LIMITS) as readonly (keyof RunSize)[];

/** How many of its servers a run can have; 0: its request is too large for any. */
export function mostServers(run: SizedRun): number {
  let [fitting, tooMany] = [0, run.servers.length + 1];
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(sizeOf({ ...run, servers: run.servers.slice(0, middle) }))) fitting = middle;
    else tooMany = middle;
  }
  return fitting;
}

/** Every activity that a run with its rollback has once for each server. */
function doneOnServer(run: SizedRun): readonly OnServer[] {
  const { plan, settings } = run;
  const told = (uses: readonly (keyof ProjectSettings)[], ofAll: boolean, more = 0): OnServer => ({
    bytes: INPUT_BYTES + more + bytesOf(sectionsOf(settings, { id: '', uses })),
    ofAll,
  });
  const tasks = tasksOf(run).filter((task) => isOnServers(task, settings));
  const ofTasks = tasks.map((task) =>
    told(ACTIONS[task.action].uses, false, bytesOf(taskSettings(task, run))),
  );
  const ofUndos = [...new Set(tasks.map(commandOf))].flatMap((name) =>
    settings.actions[name]?.undo === undefined
      ? []
      : [told(ACTIONS['project.command'].uses, false)],
  );
  if (!plan.steps.some(changesServers)) return [...ofTasks, ...ofUndos];
  const { preflightServer, probeServer, prefetchServer, finishServer } = OPERATIONS;
  const actions = tasksOf(run).map(({ action }) => action);
  const fetches = concerns(actions, 'pushed-image') || concerns(actions, 'kept-release');
  const isApproved = plan.steps.some(({ kind }) => kind === 'approval');
  return [
    ...ofTasks,
    ...ofUndos,
    // In a sliding window.
    told(preflightServer.uses, false),
    ...(fetches ? [told(prefetchServer.uses, false)] : []),
    told(probeServer.uses, true),
    ...(isApproved ? [told(probeServer.uses, true)] : []),
    told(finishServer.uses, true),
    // Servers that take no traffic at once, and no more than a batch of them does; the others in turn.
    ...undoneBy(tasks).map((id) => told(COMPENSATIONS[id].uses, false)),
  ];
}

/** What undoes these tasks, once a server. */
function undoneBy(tasks: readonly Task[]): readonly CompensationId[] {
  const ids = tasks.flatMap(({ action }) => ACTIONS[action].compensation?.id ?? []);
  return [...new Set(ids)];
}

function isOnServers({ action, settings }: Task, project: ProjectSettings): boolean {
  const { scope } = ACTIONS[action];
  if (scope !== 'command') return scope === 'server';
  return project.actions[String(settings['name'])]?.on === 'each-server';
}

function tasksOf({ plan, overrides }: SizedRun): readonly Task[] {
  return [...plan.steps.flatMap(tasksIn), ...overrides.add.map(({ task }) => task)];
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
