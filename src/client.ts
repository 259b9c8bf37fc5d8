/** Typed facade over the Temporal client: what the CLI, the demo and the Slack app ask of runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import proto from '@temporalio/proto';
import type { Judgement } from './activities/contract.ts';
import type { Json, Plan } from './plan/plan.ts';
import {
  approveSignal,
  type DecisionMessage,
  planQuery,
  rejectSignal,
  reportQuery,
  resolveUpdate,
  type RunStatus,
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
  readonly status: string;
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
  /** Says how a run that needs a person goes on. */
  resolve(workflowId: string, message: { readonly action: 'retry' | 'skip' | 'rollback' } & DecisionMessage): Promise<string>;
  /** A vote with its judgement. */
  decide(workflowId: string, decision: { readonly kind: 'approve' | 'reject' } & DecisionMessage): Promise<Judgement>;
  status(workflowId: string): Promise<RunStatus>;
  plan(workflowId: string): Promise<Plan | null>;
  report(workflowId: string): Promise<string>;
  /** Each changed status until the run has ended; ends early, without error, when `signal` aborts. */
  watch(workflowId: string, options?: WatchOptions): AsyncGenerator<RunStatus, void>;
  /** Waits until the run has ended. */
  end(workflowId: string): Promise<RunEnd>;
  cancel(workflowId: string): Promise<void>;
  list(taskQueue: string, limit: number): Promise<readonly ListedRun[]>;
  /** How many workers poll the queue now. */
  describeWorkers(taskQueue: string): Promise<number>;
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/** Nobody answers there. The caller says what to type next. */
export class NoTemporalServerError extends Error {
  override readonly name = 'NoTemporalServerError';
}

const CONNECT_LIMIT_MS = 8_000;
const WATCH_INTERVAL_MS = 250;

/** @throws NoTemporalServerError within 8 s */
export async function connectRunsheet(options: RunsheetClientOptions): Promise<RunsheetClient> {
  const variables = Object.entries(options.environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(variables) });
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...connectionOptions, address: options.address, connectTimeout: CONNECT_LIMIT_MS });
  } catch (error) {
    throw new NoTemporalServerError(options.address, { cause: error });
  }
  return clientOver(connection, options.namespace);
}

function clientOver(connection: Connection, namespace: string): RunsheetClient {
  const client = new Client({ connection, namespace });
  const handle = (workflowId: string) => client.workflow.getHandle(workflowId);
  const status = (workflowId: string): Promise<RunStatus> => handle(workflowId).query(statusQuery);
  return {
    async start({ templateId, taskQueue, workflowId, inputs }) {
      await client.workflow.start(templateId, { taskQueue, workflowId, args: [...inputs] });
    },
    approve: (workflowId, message) => handle(workflowId).signal(approveSignal, message),
    reject: (workflowId, message) => handle(workflowId).signal(rejectSignal, message),
    resolve: (workflowId, message) => handle(workflowId).executeUpdate(resolveUpdate, { args: [message] }),
    decide: (workflowId, decision) => handle(workflowId).executeUpdate<Judgement, [typeof decision]>('decide', { args: [decision] }),
    status,
    plan: (workflowId) => handle(workflowId).query(planQuery),
    report: (workflowId) => handle(workflowId).query(reportQuery),
    watch: (workflowId, watchOptions = {}) => watch(() => status(workflowId), () => isOpen(client, workflowId), watchOptions),
    end: (workflowId) => endOf(client, workflowId),
    async cancel(workflowId) {
      await handle(workflowId).cancel();
    },
    list: (taskQueue, limit) => listRuns(client, taskQueue, limit),
    async describeWorkers(taskQueue) {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      });
      return (pollers ?? []).length;
    },
    close: () => connection.close(),
  };
}

async function* watch(
  status: () => Promise<RunStatus>,
  open: () => Promise<boolean>,
  { intervalMs = WATCH_INTERVAL_MS, signal }: WatchOptions,
): AsyncGenerator<RunStatus, void> {
  let last = '';
  for (;;) {
    // Asked before the status, so that what a closing run says last is still shown.
    const stillOpen = await open();
    const now = await status().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) throw error;
      return null;
    });
    const text = JSON.stringify(now);
    if (now !== null && text !== last) yield now;
    last = text;
    if (!stillOpen || signal?.aborted === true) return;
    await sleep(intervalMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
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
    const type = cause !== undefined && 'type' in cause && typeof cause.type === 'string' ? cause.type : (cause?.name ?? 'FAILED');
    return { failure: { type, message: cause?.message ?? error.message } };
  }
}

async function listRuns(client: Client, taskQueue: string, limit: number): Promise<readonly ListedRun[]> {
  const query = `TaskQueue='${taskQueue.replace(/['\\]/gu, '')}' AND WorkflowType!='environmentLock'`;
  const runs: ListedRun[] = [];
  for await (const each of client.workflow.list({ query, pageSize: limit })) {
    runs.push({
      workflowId: each.workflowId,
      templateId: each.type,
      status: each.status.name,
      startedAtMs: each.startTime.getTime(),
      closedAtMs: each.closeTime?.getTime() ?? null,
    });
    if (runs.length >= limit) break;
  }
  return runs;
}
