/** What local activities ask of the server, over the worker's own connection. */
import { Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import type { Judgement } from '../activities/contract.ts';
import type { TemporalAccess } from '../activities/local/index.ts';
import { type RunStatus, statusQuery, supersedeUpdate } from '../workflows/messages.ts';
import { closed } from './closed.ts';
import { executionOf, readHistory } from './read-history.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

export function createTemporalAccess(
  connection: NativeConnection,
  namespace: string,
): TemporalAccess {
  const client = new Client({ connection, namespace });
  const { operatorService: operator } = connection;
  return {
    async searchAttributes() {
      const { customAttributes } = await operator.listSearchAttributes({ namespace });
      return new Map(
        Object.entries(customAttributes ?? {}).map(([name, type]) => [name, String(type)]),
      );
    },
    async addSearchAttributes(names) {
      const typed = Object.entries(names).map(([name, type]) => [
        name,
        type === 'INT'
          ? IndexedValueType.INDEXED_VALUE_TYPE_INT
          : IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
      ]);
      await operator.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(typed),
      });
    },
    async describe(workflowId, runId) {
      try {
        const found = await client.workflow.getHandle(workflowId, runId).describe();
        return {
          runId: found.runId,
          running: found.status.name === 'RUNNING',
          wasCut: CUT.includes(found.status.name),
          wasTerminated: found.status.name === 'TERMINATED',
          startedAtMs: found.startTime.getTime(),
          type: found.type,
          taskQueue: found.taskQueue,
          startedBy: executionOf(found.parentExecution),
        };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    async historyOf({ workflowId, runId }) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      return readHistory(events ?? []);
    },
    closed: (execution, signal) => closed({ connection, namespace }, execution, signal),
    async terminate(workflowId, reason, end) {
      if (end !== undefined) {
        await client.workflowService.terminateWorkflowExecution({
          namespace,
          identity: client.options.identity,
          workflowExecution: { workflowId, runId: end.runId },
          reason,
          details: { payloads: [defaultPayloadConverter.toPayload(end.details)] },
        });
        return;
      }
      try {
        await client.workflow.getHandle(workflowId).terminate(reason);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
    async signal({ workflowId, runId }, name, input) {
      try {
        await client.workflow.getHandle(workflowId, runId).signal(name, input);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    async executionsOf(workflowId) {
      const query = `WorkflowId=${JSON.stringify(workflowId)}`;
      const executions: { runId: string; failure: string | null }[] = [];
      for await (const { runId, status } of client.workflow.list({ query, pageSize: MOST })) {
        const failure =
          status.name === 'FAILED' ? await failureOf(client, workflowId, runId) : null;
        executions.push({ runId, failure });
        if (executions.length >= MOST) break;
      }
      return executions;
    },
    async list(query, limit) {
      const ids: string[] = [];
      for await (const each of client.workflow.list({ query, pageSize: limit })) {
        ids.push(each.workflowId);
        if (ids.length >= limit) break;
      }
      return ids;
    },
    async deadRun({ workflowId, runId }) {
      const handle = client.workflow.getHandle(workflowId, runId);
      const asking = (): Promise<RunStatus> => handle.query(statusQuery);
      const { steps, servers } = await connection.withDeadline(
        Date.now() + LONGEST_QUERY_MS,
        asking,
      );
      const step =
        steps.find(({ state }) => state === 'running') ??
        steps.find(({ state }) => state === 'waiting');
      return {
        step: step === undefined ? null : { number: step.number, title: step.title },
        servers,
      };
    },
    async supersede(workflowId, successor) {
      const handle = client.workflow.getHandle(workflowId);
      const asking = (): Promise<Judgement> =>
        handle.executeUpdate(supersedeUpdate, { args: [successor] });
      const judgement = await connection.withDeadline(Date.now() + LONGEST_QUERY_MS, asking);
      return judgement.accepted ? null : `${judgement.code}: ${judgement.reason}`;
    },
    async approvalOf(workflowId) {
      const status = await client.workflow.getHandle(workflowId).query(statusQuery);
      return {
        service: status.service,
        environment: status.environment,
        waits: status.approval !== null,
      };
    },
  };
}

/** Ended by somebody else. */
const CUT: readonly string[] = ['TERMINATED', 'CANCELLED', 'TIMED_OUT'];

/** Of a run that has ended: a worker goes through its history. */
const LONGEST_QUERY_MS = 20_000;

/** Executions of one id that are looked at. */
const MOST = 10;

/** The type of the failure that an execution ended with. */
async function failureOf(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<string | null> {
  try {
    await client.workflow.getHandle(workflowId, runId, { followRuns: false }).result();
    return null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (!(error instanceof WorkflowFailedError)) throw error;
    return error.cause instanceof ApplicationFailure ? (error.cause.type ?? null) : null;
  }
}
