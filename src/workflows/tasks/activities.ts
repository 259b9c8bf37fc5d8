/** The activities as the interpreter calls them: local ones for policy, ordinary ones for work. */
import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import { HEARTBEAT_SECONDS, WORKER_ENDS } from '../../actions/liveness.ts';
import type {
  ActionActivities,
  CompensationActivities,
  FleetActivities,
  LocalActivities,
  PoolMoveActivities,
  ProjectActivities,
  SystemActivities,
  WatchActivities,
} from '../../activities/contract.ts';
import type { ProjectSettings } from '../../plan/settings.ts';

/** A summary is at most 400 bytes; a Chinese character takes three. */
const SUMMARY_LIMIT = 120;

/**
 * Policy, keys and votes: an ordinary activity's result could be completed from outside, a local
 * activity's cannot.
 */
export const local = proxyLocalActivities<
  LocalActivities &
    Pick<SystemActivities, 'findPendingApprovals'> &
    Pick<WatchActivities, 'beginWatch' | 'acknowledgeWatch'> &
    Pick<PoolMoveActivities, 'permitMove'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '3 minutes',
  retry: { maximumAttempts: 3, initialInterval: '1 second', maximumInterval: '10 seconds' },
});

/**
 * Failures on a server. How long one that is out of reach is tried again is a matter of time, which
 * the activities judge (activities/failures.ts): a partition that heals after 30 s is outlived, and a
 * server that is down is given up within a minute or so.
 */
export const SERVER_ATTEMPTS = 12;
/** After a worker that is gone; after a failure, the activity says how long (activities/failures.ts). */
const PAUSES = {
  initialInterval: '200 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '8 seconds',
} as const;

/**
 * @param failures that end it; what is to be tried once is not begun again whatever happened
 * @param never types of failures after which the workflow decides what comes next
 */
export function retryAfter(
  failures: number,
  never: string[] = [],
): NonNullable<ActivityOptions['retry']> {
  const maximumAttempts = failures === 1 ? 1 : failures + WORKER_ENDS;
  return { ...PAUSES, maximumAttempts, ...(never.length > 0 && { nonRetryableErrorTypes: never }) };
}

/** Waits for a cancelled action to have ended: its compensation must not run beside it. */
const WORK: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '20 minutes',
  heartbeatTimeout: HEARTBEAT_SECONDS * 1000,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: retryAfter(SERVER_ATTEMPTS),
};

export const actions = proxyActivities<ActionActivities>(WORK);
export const system =
  proxyActivities<Omit<SystemActivities, 'findPendingApprovals' | 'awaitLock'>>(WORK);
export const compensations = proxyActivities<CompensationActivities>(WORK);
/** Their time is the project's: whoever calls sets it. */
export const undos = proxyActivities<ProjectActivities>(WORK);

type PreflightActivities = Pick<FleetActivities, 'preflightServer' | 'preflightShared'>;
/** Findings are values, so an attempt that fails has met something else than a bad server. */
export const preflights = proxyActivities<PreflightActivities>({
  ...WORK,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '5 minutes',
  retry: retryAfter(3),
});

/** As long as a large image takes over a slow line. */
export const fetches = proxyActivities<Pick<FleetActivities, 'prefetchServer'>>({
  ...WORK,
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: '35 minutes',
});

/** The guard of the pool outlives everything that it guards. Short beats: a cancellation comes with one. */
export const guards = proxyActivities<Pick<FleetActivities, 'guardPool'>>({
  startToCloseTimeout: '48 hours',
  heartbeatTimeout: '3 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: PAUSES,
});

/** A day of waiting is one activity. Its end changes nothing, so nobody waits for that. */
export const waits = proxyActivities<
  Pick<SystemActivities, 'awaitLock'> & Pick<WatchActivities, 'awaitRunEnd'>
>({
  startToCloseTimeout: '25 hours',
  heartbeatTimeout: HEARTBEAT_SECONDS * 1000,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: PAUSES,
});

/** Of a person who waits: what is in the way is told at once. */
export const poolMoves = proxyActivities<Pick<PoolMoveActivities, 'moveServer'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '2 minutes',
  heartbeatTimeout: HEARTBEAT_SECONDS * 1000,
  retry: retryAfter(3),
});

/** Tried for as long as the next message is not due; a channel that is out of order is asked again slowly. */
export const alarms = proxyActivities<Pick<WatchActivities, 'alarm'>>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '30 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { ...PAUSES, maximumInterval: '30 seconds' },
});

/** Asked for by a person who waits. */
export const hostKeys = proxyActivities<Pick<FleetActivities, 'showHostKey'>>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '45 seconds',
  retry: retryAfter(2),
});

/** The same, of a whole environment. */
export const serverStates = proxyActivities<Pick<FleetActivities, 'showServers'>>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: retryAfter(2),
});

/** Their time is the document's: whoever calls sets it. */
export const observations = proxyActivities<Pick<FleetActivities, 'observeServers'>>(WORK);

/** Of the run's own settings: how long an activity may be silent. */
export function beats({ worker }: ProjectSettings): Pick<ActivityOptions, 'heartbeatTimeout'> {
  return { heartbeatTimeout: (worker?.heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1000 };
}

/** One line that names step, server and phrase, for example `6 app-server-1 从负载均衡器移除`. */
export function summaryOf(step: number, server: string | null, phrase: string): string {
  const parts = [`${step}`, ...(server === null ? [] : [server]), phrase];
  return parts.join(' ').replace(/\s+/gu, ' ').slice(0, SUMMARY_LIMIT);
}
