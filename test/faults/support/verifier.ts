/**
 * What came of a run whose worker was killed, as others tell it: the `temporal` program, the servers'
 * own files and ports, the balancer. It shares no code with the program under test.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { FaultCase } from './cases.ts';
import type { Note } from './notes.ts';

const execute = promisify(execFile);
const ANSWER_LIMIT_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export interface Truth {
  readonly temporal: string;
  readonly temporalAddress: string;
  readonly workflowId: string;
  readonly version: string;
  readonly servers: readonly {
    readonly name: string;
    readonly url: string;
    /** The file in which the server notes each start of a release. */
    readonly startsFile: string;
    /** Lines of it before the run. */
    readonly startsBefore: number;
  }[];
  readonly poolUrl: string;
}

interface HistoryEvent {
  readonly eventType: string;
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType: { readonly name: string };
  };
  readonly activityTaskStartedEventAttributes?: {
    readonly scheduledEventId: string;
    readonly attempt?: number;
    readonly lastFailure?: object;
  };
  readonly workflowTaskStartedEventAttributes?: { readonly identity: string };
  readonly eventId: string;
}

/** @returns what is wrong; empty: nothing */
export async function problemsOf(
  truth: Truth,
  fault: FaultCase,
  notes: readonly Note[],
): Promise<readonly string[]> {
  const events = await historyOf(truth);
  return [
    ...landing(fault, notes, events),
    ...(events.at(-1)?.eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED'
      ? []
      : [`the run ended with ${events.at(-1)?.eventType}`]),
    ...(await serverProblems(truth)),
    ...(await lockProblems(truth)),
  ];
}

/** Whether the kill was where it should be: by the note of who died, and by the server's history. */
function landing(
  fault: FaultCase,
  notes: readonly Note[],
  events: readonly HistoryEvent[],
): readonly string[] {
  const killed = notes.find(({ at }) => at === 'killed');
  if (killed === undefined) return ['nothing was killed'];
  const problems: string[] = [];
  if (isAlive(killed.pid)) problems.push(`process ${killed.pid} lives`);
  if (killed.hasEnded !== (fault.boundary === 'after'))
    problems.push(`killed ${killed.hasEnded === true ? 'after' : 'before'} its end`);
  const workers = new Set(events.flatMap((event) => pidsOf(event)));
  if (!workers.has(killed.pid)) problems.push(`the history does not know process ${killed.pid}`);
  if (workers.size < 2) problems.push('no other worker went on with the run');
  const isFinished = notes.some(({ at, pid, activity, server }) => {
    const isSame = activity === killed.activity && server === killed.server;
    return at === 'end' && pid === killed.pid && isSame && fault.signal === 'SIGTERM';
  });
  if (!fault.isLocal && !isFinished && !wasRetried(fault.activity, events))
    problems.push(`the history has no second attempt of ${fault.activity}`);
  return problems;
}

function wasRetried(activity: string, events: readonly HistoryEvent[]): boolean {
  const scheduled = new Set(
    events
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType.name === activity)
      .map(({ eventId }) => eventId),
  );
  return events.some(({ activityTaskStartedEventAttributes: started }) => {
    if (started === undefined || !scheduled.has(started.scheduledEventId)) return false;
    return (started.attempt ?? 1) > 1 && started.lastFailure !== undefined;
  });
}

/** Workers name themselves `…/PID@HOST`. */
function pidsOf({ workflowTaskStartedEventAttributes: started }: HistoryEvent): readonly number[] {
  const pid = /\/(\d+)@/u.exec(started?.identity ?? '')?.[1];
  return pid === undefined ? [] : [Number(pid)];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function serverProblems(truth: Truth): Promise<readonly string[]> {
  const problems: string[] = [];
  const pool = (await ask(truth.poolUrl)) as {
    readonly servers: readonly {
      readonly name: string;
      readonly admin: string;
      readonly healthy: boolean;
    }[];
  };
  for (const { name, url, startsFile, startsBefore } of truth.servers) {
    const { version } = (await ask(`${url}/version`)) as { readonly version?: string };
    if (version !== truth.version) problems.push(`${name} answers ${version}`);
    const starts = startsIn(startsFile) - startsBefore;
    if (starts !== 1) problems.push(`${name} started the release ${starts} times`);
    const member = pool.servers.find((each) => each.name === name);
    if (member?.admin !== 'ready' || !member.healthy)
      problems.push(`${name} in the pool: ${member?.admin}, healthy: ${member?.healthy}`);
  }
  return problems;
}

export function startsIn(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).length;
  } catch {
    return 0;
  }
}

async function lockProblems(truth: Truth): Promise<readonly string[]> {
  const query = 'ExecutionStatus="Running"';
  const open = (await temporal(truth, ['workflow', 'list', '--query', query])) as readonly {
    readonly execution: { readonly workflowId: string };
  }[];
  const locks = open
    .map(({ execution }) => execution.workflowId)
    .filter((id) => id.includes('lock'));
  return locks.map((id) => `${id} is held`);
}

async function historyOf(truth: Truth): Promise<readonly HistoryEvent[]> {
  const shown = (await temporal(truth, [
    'workflow',
    'show',
    '--workflow-id',
    truth.workflowId,
  ])) as { readonly events: readonly HistoryEvent[] };
  return shown.events;
}

async function temporal(truth: Truth, argv: readonly string[]): Promise<unknown> {
  const all = [...argv, '--address', truth.temporalAddress, '--output', 'json'];
  const options = { maxBuffer: MOST_BYTES, timeout: ANSWER_LIMIT_MS };
  const { stdout } = await execute(truth.temporal, all, options);
  return JSON.parse(stdout);
}

async function ask(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  return answer.json();
}
