/**
 * What came of a run that was disturbed, as others tell it: the `temporal` program, the servers' own
 * files, ports and processes, the balancer, the database, the receiver of its messages. It shares no
 * code with the program under test.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type FaultCase, isKill } from './cases.ts';
import type { Note } from './notes.ts';
import { ask, type ServerPlaces, type ServerState, stateOf } from './server-state.ts';

const execute = promisify(execFile);
const ANSWER_LIMIT_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export interface Truth {
  readonly temporal: string;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly workflowId: string;
  readonly version: string;
  readonly servers: readonly ServerTruth[];
  readonly poolUrl: string;
  /** How often the end of a run was told since this one began. */
  readonly resultsTold: () => number;
}

export interface ServerTruth extends ServerPlaces {
  readonly before: ServerState;
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

/** How the run was to end. `either`: all new where it succeeded, all former where it failed. */
type Wanted = 'new' | 'former' | 'either';

const SUCCEEDED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';
const ENDS: Record<Wanted, readonly string[]> = {
  new: [SUCCEEDED],
  former: [FAILED],
  either: [SUCCEEDED, FAILED],
};

function wantedOf({ kind, because }: FaultCase): Wanted {
  if (because !== null) return 'former';
  return kind === 'fails' ? 'either' : 'new';
}

export interface Found {
  /** What is wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly hasSucceeded: boolean;
}

/** Once the run is over. */
export async function look(truth: Truth, fault: FaultCase, notes: readonly Note[]): Promise<Found> {
  const events = await historyOf(truth);
  const end = events.at(-1)?.eventType ?? 'no event';
  const hasSucceeded = end === SUCCEEDED;
  const problems = [
    ...landing(fault, notes, events),
    ...(ENDS[wantedOf(fault)].includes(end) ? [] : [`the run ended with ${end}`]),
    ...(await serverProblems(truth, hasSucceeded)),
    ...(await lockProblems(truth)),
    ...(await recordProblems(truth)),
  ];
  return { problems, hasSucceeded };
}

/** Whether the fault was where it should be: by the note of who met it, and by the server's history. */
function landing(
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
  if (!workers.has(killed.pid)) problems.push(`the history does not know process ${killed.pid}`);
  if (workers.size < 2) problems.push('no other worker went on with the run');
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

async function serverProblems(truth: Truth, hasSucceeded: boolean): Promise<readonly string[]> {
  const pool = (await ask(truth.poolUrl)) as {
    readonly servers: readonly {
      readonly name: string;
      readonly admin: string;
      readonly healthy: boolean;
    }[];
  };
  const found = truth.servers.map(async (server) => {
    const { name, before } = server;
    const problems: string[] = [];
    const now = await stateOf(server);
    const wanted = hasSucceeded ? truth.version : before.version;
    if (now.version !== wanted) problems.push(`${name} answers ${now.version}, not ${wanted}`);
    const starts = now.starts - before.starts;
    if (hasSucceeded && starts !== 1) problems.push(`${name} started the release ${starts} times`);
    if (now.processes !== before.processes)
      problems.push(`${name} has ${now.processes} processes, ${before.processes} before`);
    for (const path of now.unfinished) problems.push(`${name} has ${path}`);
    const member = pool.servers.find((each) => each.name === name);
    if (member?.admin !== 'ready' || !member.healthy)
      problems.push(`${name} in the pool: ${member?.admin}, healthy: ${member?.healthy}`);
    return problems;
  });
  return (await Promise.all(found)).flat();
}

/** One row of the run, and one message at most that tells how it ended. */
async function recordProblems(truth: Truth): Promise<readonly string[]> {
  const client = new Client({ connectionString: truth.databaseUrl });
  await client.connect();
  try {
    // The embedded database keeps the messages of one client together in a transaction only.
    await client.query('BEGIN READ ONLY');
    const { rows } = await client.query<{ readonly count: string }>(
      'SELECT count(*) AS count FROM deployments WHERE workflow_id = $1',
      [truth.workflowId],
    );
    await client.query('COMMIT');
    const count = Number(rows[0]?.count);
    const told = truth.resultsTold();
    return [
      ...(count === 1 ? [] : [`the run has ${count} records`]),
      ...(told === 1 ? [] : [`its end was told ${told} times`]),
    ];
  } finally {
    await client.end();
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
