/** Whether a fault met the activity that it was meant for, and whether another worker went on. */
import { readFileSync } from 'node:fs';
import { type FaultCase, isKill } from './cases.ts';
import type { Note } from './notes.ts';
import type { HistoryEvent } from './verifier.ts';

const WORKER = 'worker.mjs';

/** Whether the fault was where it should be: by the note of who met it, and by the server's history. */
export function landing(
  fault: FaultCase,
  notes: readonly Note[],
  events: readonly HistoryEvent[],
): readonly string[] {
  const landed = notes.find(({ at, activity }) => at === 'landed' && activity === fault.activity);
  if (landed === undefined) return ['the fault did not land'];
  return isKill(fault) ? killing(fault, landed, notes, events) : [];
}

function killing(
  fault: FaultCase,
  killed: Note,
  notes: readonly Note[],
  events: readonly HistoryEvent[],
): readonly string[] {
  const problems: string[] = [];
  if (fault.signal !== 'SIGSTOP' && isAlive(killed.pid))
    problems.push(`process ${killed.pid} lives`);
  if (killed.hasEnded !== (fault.kind === 'after'))
    problems.push(`killed ${killed.hasEnded === true ? 'after' : 'before'} its end`);
  const workers = new Set(events.flatMap((event) => pidsOf(event)));
  workers.delete(killed.pid);
  if (workers.size === 0) problems.push('no other worker went on with the run');
  const isFinished = notes.some(({ at, pid, activity, server }) => {
    const isSame = activity === killed.activity && server === killed.server;
    return at === 'end' && pid === killed.pid && isSame && fault.signal === 'SIGTERM';
  });
  if (!fault.isLocal && !isFinished && !wasRetried(fault, events))
    problems.push(`the history has no second attempt of ${fault.activity}`);
  return problems;
}

/** By the server, or, where a checkout's worker is gone, by the workflow. */
function wasRetried({ activity, server }: FaultCase, events: readonly HistoryEvent[]): boolean {
  const scheduled = new Set(
    events
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType.name === activity)
      .map(({ eventId }) => eventId),
  );
  if (server === null && scheduled.size > 1) return true;
  return events.some(({ activityTaskStartedEventAttributes: started }) => {
    if (started === undefined || !scheduled.has(started.scheduledEventId)) return false;
    return (started.attempt ?? 1) > 1 && started.lastFailure !== undefined;
  });
}

/** Workers name themselves `…/PID@HOST`. */
function pidsOf(event: HistoryEvent): readonly number[] {
  const started =
    event.workflowTaskStartedEventAttributes ?? event.activityTaskStartedEventAttributes;
  const pid = /\/(\d+)@/u.exec(started?.identity ?? '')?.[1];
  return pid === undefined ? [] : [Number(pid)];
}

/** Another process may have its number by now: it is asked what it runs. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(WORKER);
  } catch {
    return false;
  }
}
