/**
 * What came of a run that was disturbed, as others tell it: the `temporal` program, the servers' own
 * files, ports and processes, the balancer, the database, the receiver of its messages. It shares no
 * code with the program under test.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Expected, SUCCEEDED } from './expected.ts';
import { ask, type ServerPlaces, type ServerState, stateOf } from './server-state.ts';

const execute = promisify(execFile);
const ANSWER_LIMIT_MS = 10_000;
/** What follows the end of a run, and how often it is looked. */
const ENDS_WITHIN_MS = 10_000;
const POLL_MS = 200;
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

export interface HistoryEvent {
  readonly eventType: string;
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType: { readonly name: string };
  };
  readonly activityTaskStartedEventAttributes?: {
    readonly scheduledEventId: string;
    readonly identity: string;
    readonly attempt?: number;
    readonly lastFailure?: object;
  };
  readonly workflowTaskStartedEventAttributes?: { readonly identity: string };
  readonly eventId: string;
}

export interface Found {
  /** What is wrong; empty: nothing. */
  readonly problems: readonly string[];
  readonly hasSucceeded: boolean;
  readonly events: readonly HistoryEvent[];
}

/** Once the run is over. */
export async function look(truth: Truth, expected: Expected): Promise<Found> {
  const events = await historyOf(truth);
  const end = events.at(-1)?.eventType ?? 'no event';
  const hasSucceeded = end === SUCCEEDED;
  const problems = [
    ...(expected.ends.includes(end) ? [] : [`the run ended with ${end}`]),
    ...(await serverProblems(truth, hasSucceeded)),
    ...(await openProblems(truth)),
    ...(await recordProblems(truth, expected)),
  ];
  return { problems, hasSucceeded, events };
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
    if (now.configuredFor !== wanted)
      problems.push(`${name} is configured for ${now.configuredFor}, not ${wanted}`);
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

/** Rows of the run, and messages that tell how it ended. */
async function recordProblems(
  truth: Truth,
  { records, messages }: Expected,
): Promise<readonly string[]> {
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
      ...(records.includes(count) ? [] : [`the run has ${count} records`]),
      ...(messages.includes(told) ? [] : [`its end was told ${told} times`]),
    ];
  } finally {
    await client.end();
  }
}

/** Nothing goes on for a run that is over: neither its lock nor the watch over it. */
async function openProblems(truth: Truth): Promise<readonly string[]> {
  const query = 'ExecutionStatus="Running"';
  const deadlineMs = Date.now() + ENDS_WITHIN_MS;
  for (;;) {
    const open = (await temporal(truth, ['workflow', 'list', '--query', query])) as readonly {
      readonly execution: { readonly workflowId: string };
    }[];
    const left = open
      .map(({ execution }) => execution.workflowId)
      .filter((id) => /^runsheet-(?:lock|watch):/u.test(id));
    if (left.length === 0 || Date.now() > deadlineMs) return left.map((id) => `${id} is open`);
    await sleep(POLL_MS);
  }
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
