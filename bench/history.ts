/** A run's history, page by page: in one piece it may be larger than gRPC allows. */
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

export type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

export interface ReadHistory {
  readonly events: readonly HistoryEvent[];
  readonly bytes: number;
}

const PAGE = 50;

export async function readHistory(
  { address, namespace }: { readonly address: string; readonly namespace: string },
  workflowId: string,
): Promise<ReadHistory> {
  const connection = await Connection.connect({ address });
  try {
    return await pagesOf(new Client({ connection, namespace }), namespace, workflowId);
  } finally {
    await connection.close();
  }
}

async function pagesOf(
  { workflowService }: Client,
  namespace: string,
  workflowId: string,
): Promise<ReadHistory> {
  const events: HistoryEvent[] = [];
  let bytes = 0;
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const page = await workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId },
      maximumPageSize: PAGE,
      ...(nextPageToken && { nextPageToken }),
    });
    const history = page.history ?? {};
    events.push(...(history.events ?? []));
    bytes += proto.temporal.api.history.v1.History.encode(history).finish().length;
    ({ nextPageToken } = page);
  } while (nextPageToken && nextPageToken.length > 0);
  return { events, bytes };
}

/** The number of events of a type; 7: EVENT_TYPE_WORKFLOW_TASK_COMPLETED. */
export function countOf({ events }: ReadHistory, type: number): number {
  return events.filter((event) => event.eventType === type).length;
}

/** The largest number of bytes that the events of one workflow task's commands take. */
export function largestTask({ events }: ReadHistory): number {
  const bytes = new Map<string, number>();
  for (const event of events) {
    const task = taskOf(event);
    if (task === null) continue;
    const length = proto.temporal.api.history.v1.HistoryEvent.encode(event).finish().length;
    bytes.set(task, (bytes.get(task) ?? 0) + length);
  }
  return Math.max(0, ...bytes.values());
}

/** The id of the event that completed the workflow task; null: no command led to this event. */
function taskOf(event: HistoryEvent): string | null {
  for (const attributes of Object.values(event)) {
    if (typeof attributes !== 'object' || attributes === null) continue;
    const { workflowTaskCompletedEventId: id } = attributes as Record<string, unknown>;
    if (id !== undefined && id !== null) return String(id);
  }
  return null;
}
