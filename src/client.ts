/** Typed facade over the Temporal client: what the CLI, the demo and the Slack app ask of runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import proto from '@temporalio/proto';
import type { Judgement } from './activities/contract.ts';
import type { Json, Plan } from './plan/plan.ts';
import {
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

export interface RunsheetClientOptions {
  readonly address: string;
  readonly namespace: string;
  /** Temporal's own settings (TLS, API key); names as the `temporal` CLI reads them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface StartOptions {
  readonly templateId: string;
  readonly taskQueue: string;
  readonly workflowId: string;
  readonly inputs: readonly Json[];
}

export interface ListedRun {
  readonly workflowId: string;
  readonly templateId: string;
  /** Temporal's own: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED. */
  readonly status: string;
  /** From the search attributes; null where the server does not have them. */
  readonly environment: string | null;
  readonly version: string | null;
  readonly outcome: string | null;
  readonly startedAtMs: number;
  readonly closedAtMs: number | null;
}

export interface RunEnd {
  /** The failure's stable type, or null where the run succeeded. */
  readonly failure: { readonly type: string; readonly message: string } | null;
}

export interface RunsheetClient {
  start(options: StartOptions): Promise<void>;
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
  /** @throws NoAnswerError within 5 s where no worker answers for the run */
  status(workflowId: string): Promise<RunStatus>;
  /** false: the run has ended, whatever its last status says. */
  isOpen(workflowId: string): Promise<boolean>;
  plan(workflowId: string): Promise<Plan | null>;
  report(workflowId: string): Promise<string>;
  /** Each changed status until the run has ended; ends early, without error, when `signal` aborts. */
  watch(workflowId: string, options?: WatchOptions): AsyncGenerator<RunStatus, void>;
  /** Waits until the run has ended. */
  end(workflowId: string): Promise<RunEnd>;
  cancel(workflowId: string): Promise<void>;
  /** The latest first. @param openOnly leaves out those that have ended */
  list(taskQueue: string, limit: number, openOnly?: boolean): Promise<readonly ListedRun[]>;
  /** How many workers polled the queue within the time of one poll. */
  describeWorkers(taskQueue: string): Promise<number>;
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
  /** Told, at each look, for how long no worker has answered. */
  readonly onSilence?: (silentMs: number) => void;
}

/** No worker answers for a run. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** The run refused what was asked of it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** Stable name, for example NOT_AN_APPROVER. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nobody answers there. The caller says what to type next. */
export class NoTemporalServerError extends Error {
  override readonly name = 'NoTemporalServerError';
}

/** With the program's own start below the ten seconds in which a person is told. */
const CONNECT_LIMIT_MS = 4_000;
const WATCH_INTERVAL_MS = 250;
const QUERY_LIMIT_MS = 5_000;
const UPDATE_LIMIT_MS = 6_000;
/** A worker that lives asks again within 60 s at the latest. */
const POLL_MS = 75_000;

/** @throws NoTemporalServerError within 4 s */
export async function connectRunsheet(options: RunsheetClientOptions): Promise<RunsheetClient> {
  const variables = Object.entries(options.environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const { connectionOptions } = loadClientConnectConfig({
    overrideEnvVars: Object.fromEntries(variables),
  });
  let connection: Connection;
  try {
    connection = await Connection.connect({
      ...connectionOptions,
      address: options.address,
      connectTimeout: CONNECT_LIMIT_MS,
    });
  } catch (error) {
    throw new NoTemporalServerError(options.address, { cause: error });
  }
  return clientOver(connection, options.namespace);
}

function clientOver(connection: Connection, namespace: string): RunsheetClient {
  const client = new Client({ connection, namespace });
  const handle = (workflowId: string) => client.workflow.getHandle(workflowId);
  const status = (workflowId: string): Promise<RunStatus> =>
    answered(
      client.withDeadline(Date.now() + QUERY_LIMIT_MS, () => handle(workflowId).query(statusQuery)),
    );
  const update = <T>(ask: () => Promise<T>): Promise<T> =>
    answered(client.withDeadline(Date.now() + UPDATE_LIMIT_MS, ask));
  return {
    async start({ templateId, taskQueue, workflowId, inputs }) {
      await client.workflow.start(templateId, { taskQueue, workflowId, args: [...inputs] });
    },
    approve: (workflowId, message) => handle(workflowId).signal(approveSignal, message),
    reject: (workflowId, message) => handle(workflowId).signal(rejectSignal, message),
    resolve: (workflowId, message) =>
      update(() => handle(workflowId).executeUpdate(resolveUpdate, { args: [message] })),
    decide: (workflowId, decision) =>
      update(() => handle(workflowId).executeUpdate(decideUpdate, { args: [decision] })),
    status,
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
    list: (taskQueue, limit, openOnly = false) => listRuns(client, taskQueue, limit, openOnly),
    async describeWorkers(taskQueue) {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      });
      const sinceMs = Date.now() - POLL_MS;
      return (pollers ?? []).filter(
        ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= sinceMs,
      ).length;
    },
    close: () => connection.close(),
  };
}

/** What a missing worker and a refusal look like, by their kind, never by their text. */
async function answered<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { cause } = error;
      const code =
        cause !== undefined && 'type' in cause && typeof cause.type === 'string'
          ? cause.type
          : 'REFUSED';
      throw new RefusedError(code, cause?.message ?? error.message);
    }
    if (isSilence(error)) throw new NoAnswerError('no worker answers', { cause: error });
    throw error;
  }
}

function isSilence(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error))
    return true;
  const cause = error instanceof Error ? error.cause : undefined;
  const failure = isGrpcServiceError(error) ? error : cause;
  return isGrpcServiceError(failure) && SILENT.includes(failure.code);
}

/**
 * gRPC's status codes: CANCELLED where the server ends the call at the deadline before we do,
 * DEADLINE_EXCEEDED, and FAILED_PRECONDITION where it has itself seen no poller for a while.
 */
const SILENT: readonly number[] = [1, 4, 9];

async function* watch(
  status: () => Promise<RunStatus>,
  open: () => Promise<boolean>,
  { intervalMs = WATCH_INTERVAL_MS, signal, onSilence }: WatchOptions,
): AsyncGenerator<RunStatus, void> {
  let last = '';
  let heardMs = Date.now();
  for (;;) {
    // Asked before the status, so that what a closing run says last is still shown.
    const stillOpen = await open();
    const now = await status().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) throw error;
      return null;
    });
    if (now !== null) heardMs = Date.now();
    else if (stillOpen) onSilence?.(Date.now() - heardMs);
    const text = JSON.stringify(now);
    if (now !== null && text !== last) yield now;
    last = text;
    if (!stillOpen || signal?.aborted === true) return;
    await sleep(intervalMs, undefined, signal === undefined ? {} : { signal }).catch(
      () => undefined,
    );
  }
}

async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  const { status } = await client.workflow.getHandle(workflowId).describe();
  return status.name === 'RUNNING';
}

async function endOf(client: Client, workflowId: string): Promise<RunEnd> {
  try {
    await client.workflow.getHandle(workflowId).result();
    return { failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const type =
      cause !== undefined && 'type' in cause && typeof cause.type === 'string'
        ? cause.type
        : (cause?.name ?? 'FAILED');
    return { failure: { type, message: cause?.message ?? error.message } };
  }
}

async function listRuns(
  client: Client,
  taskQueue: string,
  limit: number,
  openOnly: boolean,
): Promise<readonly ListedRun[]> {
  const open = openOnly ? ` AND ExecutionStatus='Running'` : '';
  const query = `TaskQueue='${taskQueue.replace(/['\\]/gu, '')}' AND WorkflowType!='environmentLock'${open}`;
  const runs: ListedRun[] = [];
  for await (const each of client.workflow.list({ query, pageSize: limit })) {
    const attributes: Readonly<Record<string, unknown>> = each.searchAttributes;
    const attribute = (name: string): string | null => {
      const value = attributes[name];
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? first : null;
    };
    runs.push({
      workflowId: each.workflowId,
      templateId: each.type,
      status: each.status.name,
      startedAtMs: each.startTime.getTime(),
      closedAtMs: each.closeTime?.getTime() ?? null,
      environment: attribute('RunsheetEnvironment'),
      version: attribute('RunsheetVersion'),
      outcome: attribute('RunsheetStatus'),
    });
    if (runs.length >= limit) break;
  }
  return runs;
}
