/** Typed facade over the Temporal client: what the CLI, the demo and the Slack app ask of runs. */
import { randomUUID } from 'node:crypto';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { BreakLockInput, BrokenLock, Judgement } from './activities/contract.ts';
import { answered, ask as askWorker } from './client/answers.ts';
import { connectFault } from './client/connect-fault.ts';
import { beginsAt, endOf, isOpen, type RunEnd } from './client/ends.ts';
import { NoAnswerError, NoTemporalServerError, NotBegunError } from './client/errors.ts';
import { type ListedRun, listRuns } from './client/list.ts';
import { pollersOf } from './client/pollers.ts';
import { type ServerView, serverView } from './client/server-view.ts';
import { type StartOptions, startRun } from './client/start.ts';
import { type WatchOptions, watch } from './client/watch.ts';
import type { Plan } from './plan/plan.ts';
import type { MovedServer, MovePoolInput } from './plan/pool-move.ts';
import type { PreflightResult } from './plan/run.ts';
import type { ServerStates, ShowServersInput } from './plan/shown-server.ts';
import type { AckedWatch, AckWatchInput } from './plan/watched-run.ts';
import type { Server } from './worker/versions/server.ts';
import type { ackWatch } from './workflows/beginning/ack-watch.ts';
import type { breakLock } from './workflows/beginning/break-lock.ts';
import type { movePool } from './workflows/beginning/move-pool.ts';
import type {
  HostKeyAnswer,
  hostKeys,
  probe,
  serverStates,
} from './workflows/beginning/plan-probe.ts';
import {
  type AnswerMessage,
  answerSignal,
  approveSignal,
  type DecisionMessage,
  decideUpdate,
  planQuery,
  type RunStatus,
  rejectSignal,
  reportQuery,
  resolveUpdate,
  statusQuery,
} from './workflows/messages.ts';

export type { RunEnd } from './client/ends.ts';
export {
  NoAnswerError,
  NoTemporalServerError,
  NotBegunError,
  RefusedError,
} from './client/errors.ts';
export type { ListedRun } from './client/list.ts';
export type { ServerActivity, ServerView } from './client/server-view.ts';

export interface RunsheetClientOptions {
  readonly address: string;
  readonly namespace: string;
  /** `runsheet dev` started the server: no settings of another one are sent to it. */
  readonly isOwn?: boolean;
  /** Temporal's own settings (TLS, API key); names as the `temporal` CLI reads them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface HostKeyOptions {
  readonly taskQueue: string;
  readonly servers: readonly string[];
}

export interface Look {
  readonly status: RunStatus | null;
  readonly server: ServerView;
}

export interface RunsheetClient {
  /** For what is asked of worker versions. */
  readonly server: Server;
  /** @throws WorkflowExecutionAlreadyStartedError where a run has, or had, this id */
  start(options: StartOptions): Promise<void>;
  /** Whatever is asked; what becomes of it, the run's status says. */
  answer(workflowId: string, message: AnswerMessage): Promise<void>;
  approve(workflowId: string, message: DecisionMessage): Promise<void>;
  reject(workflowId: string, message: DecisionMessage): Promise<void>;
  /** Says how a run that needs a person goes on. @throws RefusedError, NoAnswerError */
  resolve(
    workflowId: string,
    message: { readonly action: 'retry' | 'skip' | 'rollback' } & DecisionMessage,
  ): Promise<string>;
  /** A vote with its judgement. @throws RefusedError, NoAnswerError */
  decide(
    workflowId: string,
    decision: { readonly kind: 'approve' | 'reject' } & DecisionMessage,
  ): Promise<Judgement>;
  /**
   * @throws NoAnswerError within 5 s where no worker answers for the run, later for that of a fleet;
   * NotBegunError where its time has not come
   */
  status(workflowId: string): Promise<RunStatus>;
  /** When a run that was started with a delay begins; null: it has begun, or it never will. */
  beginsAtMs(workflowId: string): Promise<number | null>;
  /**
   * The same, asked for a second at most, beside what the server knows without any worker.
   * @returns status null: no worker has answered for the run
   */
  look(workflowId: string): Promise<Look>;
  /** false: the run has ended, whatever its last status says. */
  isOpen(workflowId: string): Promise<boolean>;
  plan(workflowId: string): Promise<Plan | null>;
  report(workflowId: string): Promise<string>;
  /** Each changed status until the run has ended; ends early, without error, when `signal` aborts. */
  watch(workflowId: string, options?: WatchOptions): AsyncGenerator<RunStatus, void>;
  /** Waits until the run has ended. */
  end(workflowId: string): Promise<RunEnd>;
  cancel(workflowId: string): Promise<void>;
  /**
   * Looks at everything that a run would change; changes nothing.
   * @throws RefusedError for a bad request, NoAnswerError where no worker answers in time
   */
  probe(
    options: Omit<StartOptions, 'delayMs' | 'servers' | 'shown'>,
  ): Promise<readonly PreflightResult[]>;
  /** The host key that each server shows the worker now. @throws as probe */
  hostKeys(options: HostKeyOptions): Promise<readonly HostKeyAnswer[]>;
  /** What the servers of an environment run, and how they stand. @throws as probe */
  serverStates(taskQueue: string, input: ShowServersInput): Promise<ServerStates>;
  /** Ends a lock, where whoever wants it may. @throws as probe */
  breakLock(taskQueue: string, input: BreakLockInput): Promise<BrokenLock>;
  /** Takes a server out of its pool, or puts it back, where whoever wants it may. @throws as probe */
  movePool(taskQueue: string, input: MovePoolInput): Promise<MovedServer>;
  /** Tells the watch over a run that was ended that somebody sees to it. @throws as probe */
  ackWatch(taskQueue: string, input: AckWatchInput): Promise<AckedWatch>;
  /** The latest first. @param openOnly leaves out those that have ended */
  list(taskQueue: string, limit: number, openOnly?: boolean): Promise<readonly ListedRun[]>;
  /** How many workers polled the queue within the time of one poll. */
  describeWorkers(taskQueue: string): Promise<number>;
  close(): Promise<void>;
}

/** With the program's own start below the ten seconds in which a person is told. */
const CONNECT_LIMIT_MS = 4_000;
const QUERY_LIMIT_MS = 5_000;
/** Of a person who waits for an answer: with the program's own start, below two seconds. */
const LOOK_LIMIT_MS = 1_000;
const UPDATE_LIMIT_MS = 6_000;
/** Events from which an answer may wait for a replay, and what one of them may cost. */
const LONG_HISTORY = 1_000;
const REPLAY_MS = 3;

/** @throws NoTemporalServerError within 4 s */
export async function connectRunsheet(options: RunsheetClientOptions): Promise<RunsheetClient> {
  return clientOver(await connect(options), options.namespace);
}

async function connect(options: RunsheetClientOptions): Promise<Connection> {
  const { address } = options;
  let settings: ConnectionOptions = {};
  try {
    settings = settingsFor(options);
    return await Connection.connect({ ...settings, address, connectTimeout: CONNECT_LIMIT_MS });
  } catch (error) {
    throw new NoTemporalServerError(address, await connectFault(address, settings.tls, error));
  }
}

/** As the `temporal` program would connect. @throws where its configuration file cannot be read */
function settingsFor({ isOwn = false, environment }: RunsheetClientOptions): ConnectionOptions {
  if (isOwn) return {};
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(variables) })
    .connectionOptions;
}

function clientOver(connection: Connection, namespace: string): RunsheetClient {
  const client = new Client({ connection, namespace });
  const handle = (workflowId: string) => client.workflow.getHandle(workflowId);
  const ask = (workflowId: string, limitMs: number): Promise<RunStatus> =>
    answered(
      client.withDeadline(Date.now() + limitMs, () => handle(workflowId).query(statusQuery)),
    );
  const status = (workflowId: string): Promise<RunStatus> =>
    ask(workflowId, QUERY_LIMIT_MS).catch(async (error: unknown) => {
      if (!(error instanceof NoAnswerError)) throw error;
      const begins = await beginsAt(client, workflowId);
      if (begins !== null) throw new NotBegunError(begins);
      // The run of a fleet that has ended is replayed first: a worker that is there takes its time.
      const { historyLength } = await handle(workflowId).describe();
      if (historyLength < LONG_HISTORY) throw error;
      return ask(workflowId, QUERY_LIMIT_MS + historyLength * REPLAY_MS);
    });
  const update = <T>(ask: () => Promise<T>): Promise<T> =>
    answered(client.withDeadline(Date.now() + UPDATE_LIMIT_MS, ask));
  return {
    server: { connection, namespace },
    start: (startOptions) => startRun(client, startOptions),
    answer: (workflowId, message) => handle(workflowId).signal(answerSignal, message),
    approve: (workflowId, message) => handle(workflowId).signal(approveSignal, message),
    reject: (workflowId, message) => handle(workflowId).signal(rejectSignal, message),
    resolve: (workflowId, message) =>
      update(() => handle(workflowId).executeUpdate(resolveUpdate, { args: [message] })),
    decide: (workflowId, decision) =>
      update(() => handle(workflowId).executeUpdate(decideUpdate, { args: [decision] })),
    status,
    beginsAtMs: (workflowId) => beginsAt(client, workflowId),
    look: async (workflowId) => {
      const asked = ask(workflowId, LOOK_LIMIT_MS).catch(nullIfSilent);
      const [now, server] = await Promise.all([asked, serverView(client, workflowId)]);
      return { status: now, server };
    },
    isOpen: (workflowId) => isOpen(client, workflowId),
    plan: (workflowId) => handle(workflowId).query(planQuery),
    report: (workflowId) => handle(workflowId).query(reportQuery),
    watch: (workflowId, watchOptions = {}) =>
      watch(
        () => status(workflowId),
        () => isOpen(client, workflowId),
        watchOptions,
      ),
    end: (workflowId) => endOf(client, workflowId),
    async cancel(workflowId) {
      await handle(workflowId).cancel();
    },
    probe: ({ templateId, inputs, taskQueue, workflowId }) =>
      askWorker<typeof probe>(client, 'probe', {
        taskQueue,
        workflowId,
        args: [{ templateId, inputs }],
      }),
    hostKeys: ({ taskQueue, servers }) =>
      askWorker<typeof hostKeys>(client, 'hostKeys', {
        taskQueue,
        workflowId: `host-keys-${randomUUID()}`,
        args: [servers],
      }),
    serverStates: (taskQueue, input) =>
      askWorker<typeof serverStates>(client, 'serverStates', {
        taskQueue,
        workflowId: `servers-${randomUUID()}`,
        args: [input],
      }),
    breakLock: (taskQueue, input) =>
      askWorker<typeof breakLock>(client, 'breakLock', {
        taskQueue,
        workflowId: `break-lock-${randomUUID()}`,
        args: [input],
      }),
    movePool: (taskQueue, input) =>
      askWorker<typeof movePool>(client, 'movePool', {
        taskQueue,
        workflowId: `pool-${randomUUID()}`,
        args: [input],
      }),
    ackWatch: (taskQueue, input) =>
      askWorker<typeof ackWatch>(client, 'ackWatch', {
        taskQueue,
        workflowId: `ack-watch-${randomUUID()}`,
        args: [input],
      }),
    list: (taskQueue, limit, openOnly = false) => listRuns(client, taskQueue, limit, openOnly),
    describeWorkers: async (taskQueue) => (await pollersOf(client, taskQueue)).length,
    close: () => connection.close(),
  };
}

function nullIfSilent(error: unknown): null {
  if (error instanceof NoAnswerError) return null;
  throw error;
}
