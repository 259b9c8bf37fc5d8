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
  LocalActivities,
  SystemActivities,
} from '../activities/contract.ts';
import type { ProjectSettings, SettingsSection } from '../plan/settings.ts';

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

/** Waits for a cancelled action to have ended: its compensation must not run beside it. */
const WORK: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '20 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    maximumAttempts: 3,
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
  },
};

export const actions = proxyActivities<ActionActivities>(WORK);
export const system = proxyActivities<Omit<SystemActivities, 'findPendingApprovals'>>(WORK);
/** More attempts than an action: what cannot be undone needs a person. */
export const compensations = proxyActivities<CompensationActivities>({
  ...WORK,
  retry: { ...WORK.retry, maximumAttempts: 5 },
});

/** What the operations on servers that belong to no phrase need of the project's settings. */
export const SERVER_SECTIONS: readonly SettingsSection[] = [
  'image',
  'runtime',
  'files',
  'drain',
  'health',
  'balancer',
];

/** The named sections of the settings, and no more: inputs stay in history. */
export function sectionsOf(
  settings: ProjectSettings,
  sections: readonly SettingsSection[],
): Partial<ProjectSettings> {
  return Object.fromEntries(sections.map((section) => [section, settings[section]]));
}

/** One line that names step, server and phrase, for example `6 app-server-1 从负载均衡器移除`. */
export function summaryOf(step: number, server: string | null, phrase: string): string {
  const parts = [`${step}`, ...(server === null ? [] : [server]), phrase];
  return parts.join(' ').replace(/\s+/gu, ' ').slice(0, SUMMARY_LIMIT);
}
