/** The locks of a project's environments, as the Temporal server has them: no worker is asked. */
import type proto from '@temporalio/proto';
import { leftBy } from '../activities/local/left-behind.ts';
import { waitersIn } from '../activities/local/lock-queue.ts';
import { executionOf, readHistory } from './read-history.ts';
import { ask, isNotFound, milliseconds, type Server } from './versions/server.ts';

export interface ListedLock {
  readonly service: string;
  readonly environment: string;
  /** null: somebody has started it by hand, and the next run breaks it. */
  readonly holder: string | null;
  readonly heldSinceMs: number;
  /** The runs that wait for it, in the order in which they get it. */
  readonly waiting: readonly string[];
}

type Listed = proto.temporal.api.workflow.v1.IWorkflowExecutionInfo;
type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

const MOST_LOCKS = 200;

/** Those that are held now, by service and environment. */
export async function listLocks(server: Server, taskQueue: string): Promise<readonly ListedLock[]> {
  const queue = taskQueue.replace(/['\\]/gu, '');
  const query = `TaskQueue='${queue}' AND WorkflowType='environmentLock' AND ExecutionStatus='Running'`;
  const { namespace } = server;
  const { executions } = await ask(server, (service) =>
    service.listWorkflowExecutions({ namespace, query, pageSize: MOST_LOCKS }),
  );
  const locks = await Promise.all(executions.map((each) => lockOf(server, each)));
  return locks.sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
}

function nameOf({ service, environment }: ListedLock): string {
  return `${service} ${environment}`;
}

async function lockOf(
  server: Server,
  { execution, startTime, parentExecution }: Listed,
): Promise<ListedLock> {
  const { input, signals } = readHistory(await eventsOf(server, execution ?? null));
  const named = (key: string): string => {
    const value: unknown = typeof input === 'object' && input !== null && Reflect.get(input, key);
    return typeof value === 'string' ? value : '';
  };
  return {
    service: named('service'),
    environment: named('environment'),
    holder: parentExecution?.workflowId || null,
    heldSinceMs: milliseconds(startTime) ?? 0,
    waiting: waitersIn(input, signals).map(({ workflowId }) => workflowId),
  };
}

async function eventsOf(
  server: Server,
  execution: NonNullable<Listed['execution']> | null,
): Promise<readonly HistoryEvent[]> {
  const { namespace } = server;
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await ask(server, (service) =>
      service.getWorkflowExecutionHistory({ namespace, execution, nextPageToken }),
    );
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken ?? new Uint8Array();
  } while (nextPageToken.length > 0);
  return events;
}

const RUNNING = 1;
/** Cancelled, terminated, timed out: ended by somebody else than itself. */
const CUT: readonly number[] = [4, 5, 7];

/** The run that was ended while it held an environment's lock, and left it half changed; null: none was. */
export function dirtiedBy(
  server: Server,
  place: { readonly service: string; readonly environment: string },
): Promise<string | null> {
  const { namespace } = server;
  const describe = async (workflowId: string, runId = '') => {
    try {
      const { workflowExecutionInfo: info } = await ask(server, (service) =>
        service.describeWorkflowExecution({ namespace, execution: { workflowId, runId } }),
      );
      const status = info?.status ?? 0;
      const startedBy = executionOf(info?.parentExecution);
      return { running: status === RUNNING, wasCut: CUT.includes(status), startedBy };
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  };
  return leftBy({ describe }, place);
}
