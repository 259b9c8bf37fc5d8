/** Histories of the project's own runs, one at a time: they are large. */
import proto from '@temporalio/proto';
import { QUESTIONS } from '../../plan/reserved-ids.ts';
import { ask, type Server } from './server.ts';

export type History = proto.temporal.api.history.v1.History;

export interface RunHistory {
  readonly workflowId: string;
  readonly history: History;
}

export interface Chosen {
  readonly taskQueue: string;
  /** Only those that were open at or after this moment. */
  readonly sinceMs: number;
  readonly limit: number;
}

export interface ChosenRun {
  readonly workflowId: string;
  readonly runId: string;
}

const { History } = proto.temporal.api.history.v1;
const PAGE = 100;

/** Runs and their locks, the latest first; questions (`plan --probe`) are not replayed. */
export async function choose(
  server: Server,
  { taskQueue, sinceMs, limit }: Chosen,
): Promise<readonly ChosenRun[]> {
  const since = new Date(sinceMs).toISOString();
  const query = [
    `TaskQueue='${taskQueue.replace(/['\\]/gu, '')}'`,
    `(ExecutionStatus='Running' OR CloseTime>='${since}')`,
    ...QUESTIONS.map((type) => `WorkflowType!='${type}'`),
  ].join(' AND ');
  const found: ChosenRun[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await ask(server, (service) =>
      service.listWorkflowExecutions({
        namespace: server.namespace,
        query,
        pageSize: Math.min(PAGE, limit),
        nextPageToken,
      }),
    );
    for (const { execution } of page.executions) {
      found.push({ workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' });
    }
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0 && found.length < limit);
  return found.slice(0, limit);
}

/** @param runId empty: its latest execution */
export async function historyOf(
  server: Server,
  workflowId: string,
  runId: string = '',
): Promise<RunHistory> {
  const history = History.create();
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await ask(server, (service) =>
      service.getWorkflowExecutionHistory({
        namespace: server.namespace,
        execution: { workflowId, runId },
        nextPageToken,
      }),
    );
    history.events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0);
  return { workflowId, history };
}
