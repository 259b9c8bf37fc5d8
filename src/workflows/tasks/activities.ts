/** The activities as the interpreter calls them: local ones for policy, ordinary ones for work. */
import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type {
  ActionActivities,
  CompensationActivities,
  FleetActivities,
  LocalActivities,
  SystemActivities,
} from '../../activities/contract.ts';

/** A summary is at most 400 bytes; a Chinese character takes three. */
const SUMMARY_LIMIT = 120;

/**
 * Policy, keys and votes: an ordinary activity's result could be completed from outside, a local
 * activity's cannot.
 */
export const local = proxyLocalActivities<
  LocalActivities & Pick<SystemActivities, 'findPendingApprovals'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '3 minutes',
  retry: { maximumAttempts: 3, initialInterval: '1 second', maximumInterval: '10 seconds' },
});

/**
 * Attempts on a server. How long one that is out of reach is tried again is a matter of time, which
 * the activities judge (activities/failures.ts): a partition that heals after 30 s is outlived, and a
 * server that is down is given up within a minute or so.
 */
export const SERVER_ATTEMPTS = 12;
/** Between attempts. */
export const PAUSES = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '8 seconds',
} as const;

/** Waits for a cancelled action to have ended: its compensation must not run beside it. */
const WORK: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '20 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { ...PAUSES, maximumAttempts: SERVER_ATTEMPTS },
};

export const actions = proxyActivities<ActionActivities>(WORK);
export const system = proxyActivities<Omit<SystemActivities, 'findPendingApprovals'>>(WORK);
export const compensations = proxyActivities<CompensationActivities>(WORK);

type PreflightActivities = Pick<FleetActivities, 'preflightServer' | 'preflightShared'>;
/** Findings are values, so an attempt that fails has met something else than a bad server. */
export const preflights = proxyActivities<PreflightActivities>({
  ...WORK,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '5 minutes',
  retry: { ...PAUSES, maximumAttempts: 3 },
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

/** Asked for by a person who waits. */
export const hostKeys = proxyActivities<Pick<FleetActivities, 'showHostKey'>>({
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '45 seconds',
  retry: { ...PAUSES, maximumAttempts: 2 },
});

/** Their time is the document's: whoever calls sets it. */
export const observations = proxyActivities<Pick<FleetActivities, 'observeServers'>>(WORK);

/** One line that names step, server and phrase, for example `6 app-server-1 从负载均衡器移除`. */
export function summaryOf(step: number, server: string | null, phrase: string): string {
  const parts = [`${step}`, ...(server === null ? [] : [server]), phrase];
  return parts.join(' ').replace(/\s+/gu, ' ').slice(0, SUMMARY_LIMIT);
}
