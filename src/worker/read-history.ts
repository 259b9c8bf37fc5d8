/** What the server itself has written down about an execution: who signalled it, and who ended it. */
import { defaultPayloadConverter } from '@temporalio/common';
import type proto from '@temporalio/proto';
import type { Execution } from '../activities/contract.ts';
import type { ReadHistory } from '../activities/local/index.ts';

type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;
type Named = { readonly workflowId?: string | null; readonly runId?: string | null };

export function readHistory(events: readonly HistoryEvent[]): ReadHistory {
  const [payload] = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const end = events.at(-1)?.workflowExecutionTerminatedEventAttributes;
  const [detail] = end?.details?.payloads ?? [];
  return {
    input: payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload),
    signals: events.flatMap(({ workflowExecutionSignaledEventAttributes: signaled }) => {
      const sender = executionOf(signaled?.externalWorkflowExecution);
      return sender === null ? [] : [{ name: signaled?.signalName ?? '', sender }];
    }),
    heard: events.flatMap(({ workflowExecutionSignaledEventAttributes: signaled }) => {
      const [said] = signaled?.input?.payloads ?? [];
      const told = said === undefined ? undefined : readForeign(said);
      return signaled ? [{ name: signaled.signalName ?? '', input: told }] : [];
    }),
    details: detail === undefined ? undefined : readForeign(detail),
    terminated: end ? [end.identity, end.reason].filter(Boolean).join(': ') : null,
  };
}

/** null: none is named. */
export function executionOf(named: Named | null | undefined): Execution | null {
  const { workflowId, runId } = named ?? {};
  return workflowId && runId ? { workflowId, runId } : null;
}

/** Of whoever has ended it, or signalled it: it need not be ours. */
function readForeign(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0]): unknown {
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}
