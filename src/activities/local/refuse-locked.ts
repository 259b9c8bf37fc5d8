/** What a person does to an environment beside a run: not while a run changes its servers. */
import { ApplicationFailure } from '@temporalio/common';
import { say } from '../../diagnostics/language.ts';
import type { TemporalAccess } from './temporal.ts';

export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly language: 'zh' | 'en';
}

/** @throws ApplicationFailure LOCK_HELD with the run that holds the lock, and since when */
export async function refuseLocked(
  access: Pick<TemporalAccess, 'describe'>,
  place: Place,
): Promise<void> {
  const { service, environment } = place;
  const lock = await access.describe(`runsheet-lock:${service}:${environment}`);
  if (lock === null || !lock.running) return;
  const holder = lock.startedBy?.workflowId ?? '?';
  const since = new Date(lock.startedAtMs).toISOString();
  const message = say(
    place,
    `${service}/${environment} 的锁由发布单 ${holder} 持有（自 ${since}）：runsheet status ${holder}`,
    `the run ${holder} has held the lock of ${service}/${environment} since ${since}: runsheet status ${holder}`,
  );
  throw ApplicationFailure.nonRetryable(message, 'LOCK_HELD');
}
