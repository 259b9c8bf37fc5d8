/** Waits for the end of an execution, as long as anybody wants to know. */
import proto from '@temporalio/proto';
import type { Execution } from '../activities/contract.ts';
import { isNotFound, type Server } from './versions/server.ts';

const { HistoryEventFilterType } = proto.temporal.api.enums.v1;
/** The server answers a question that waits after 20 s: https://docs.temporal.io/references/dynamic-configuration */
const LONGEST_ANSWER_MS = 70_000;

/**
 * Returns once an execution has closed, whatever came after it, or is not there. A `NativeConnection`
 * cannot cancel a request: one that nobody wants any more ends by itself, and no other follows it.
 * @throws the signal's reason where it aborts
 */
export async function closed(
  { connection, namespace }: Server,
  { workflowId, runId }: Execution,
  signal: AbortSignal,
): Promise<void> {
  const asked = {
    namespace,
    execution: { workflowId, runId },
    waitNewEvent: true,
    historyEventFilterType: HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
    skipArchival: true,
  };
  let nextPageToken: Uint8Array = new Uint8Array();
  for (;;) {
    signal.throwIfAborted();
    const asking = connection.withDeadline(Date.now() + LONGEST_ANSWER_MS, () =>
      connection.workflowService.getWorkflowExecutionHistory({ ...asked, nextPageToken }),
    );
    const answer = await unlessAborted(asking, signal).catch((error: unknown) => {
      if (!signal.aborted && isNotFound(error)) return null;
      throw error;
    });
    if (answer === null || (answer.history?.events ?? []).length > 0) return;
    ({ nextPageToken } = answer);
  }
}

/** @throws the signal's reason as soon as it aborts */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
