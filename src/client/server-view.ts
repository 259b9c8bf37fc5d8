/** What the Temporal server itself knows of a run, whatever its workers do. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { pollersOf } from './pollers.ts';

export interface ServerView {
  readonly workflowId: string;
  readonly templateId: string;
  /** Temporal's own: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED. */
  readonly status: string;
  readonly startedAtMs: number;
  readonly closedAtMs: number | null;
  /** From the search attributes; null where the server does not have them. */
  readonly environment: string | null;
  readonly version: string | null;
  readonly outcome: string | null;
  readonly step: number | null;
  readonly approval: string | null;
  readonly historyLength: number;
  /** Somebody has asked for it; what it changed may be being undone. */
  readonly cancelRequested: boolean;
  /** What was asked of workers and is not done. */
  readonly activities: readonly ServerActivity[];
  /** Workers that have polled the queue lately; one that is frozen counts for a minute more. */
  readonly workers: number;
  /** When a worker last did something for the run: a heartbeat or an answer; null: never. */
  readonly heardAtMs: number | null;
}

export interface ServerActivity {
  /** `6 app-server-1 remove from the load balancer`; the activity's type where the server has no more. */
  readonly text: string;
  /** false: it waits for a worker. */
  readonly isRunning: boolean;
  readonly attempt: number;
  /** Of this attempt; null: it has not begun. */
  readonly startedAtMs: number | null;
  /** Why the attempt before it ended; null: it is the first. */
  readonly lastFailure: string | null;
}

/** Events at the end of the history that are looked at; one page. */
const EVENTS = 300;
const { PendingActivityState } = proto.temporal.api.enums.v1;
type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;
type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

export async function serverView(client: Client, workflowId: string): Promise<ServerView> {
  const described = await client.workflow.getHandle(workflowId).describe();
  const { runId, taskQueue, historyLength } = described;
  const [events, pollers] = await Promise.all([
    lastEvents(client, workflowId, runId),
    pollersOf(client, taskQueue),
  ]);
  const summaries = summariesOf(events);
  const pending = described.raw.pendingActivities ?? [];
  const attributes: Readonly<Record<string, unknown>> = described.searchAttributes;
  const heard = [
    ...pending.map(({ lastHeartbeatTime }) => msOf(lastHeartbeatTime)),
    ...events.filter(isOfWorker).map(({ eventTime }) => msOf(eventTime)),
  ].filter((each) => each !== null);
  return {
    workflowId,
    templateId: described.type,
    status: described.status.name,
    startedAtMs: described.startTime.getTime(),
    closedAtMs: described.closeTime?.getTime() ?? null,
    environment: textOf(attributes['RunsheetEnvironment']),
    version: textOf(attributes['RunsheetVersion']),
    outcome: textOf(attributes['RunsheetStatus']),
    step: numberOf(attributes['RunsheetStep']),
    approval: textOf(attributes['RunsheetApproval']),
    historyLength,
    cancelRequested: described.raw.workflowExtendedInfo?.cancelRequested === true,
    activities: pending.map((each) => activityOf(each, summaries)),
    workers: pollers.length,
    heardAtMs: heard.length === 0 ? null : Math.max(...heard),
  };
}

async function lastEvents(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<readonly HistoryEvent[]> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS,
  });
  return history?.events ?? [];
}

/** Activity id → what people call it. */
function summariesOf(events: readonly HistoryEvent[]): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) => {
      const data = userMetadata?.summary?.data;
      if (!scheduled?.activityId || !data) return [];
      return [[scheduled.activityId, plainText(Buffer.from(data).toString('utf8'))] as const];
    }),
  );
}

/** A payload is JSON, a text in quotes. */
function plainText(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'string' ? value : payload;
  } catch {
    return payload;
  }
}

function activityOf(
  pending: PendingActivity,
  summaries: ReadonlyMap<string, string>,
): ServerActivity {
  const isRunning = pending.state === PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
  return {
    text: summaries.get(pending.activityId ?? '') ?? pending.activityType?.name ?? '',
    isRunning,
    attempt: pending.attempt ?? 1,
    startedAtMs: isRunning ? msOf(pending.lastStartedTime) : null,
    lastFailure: pending.lastFailure?.message ?? null,
  };
}

/** What a worker has done; that it was given a task may be true of a frozen one too. */
function isOfWorker(event: HistoryEvent): boolean {
  return [
    event.workflowTaskCompletedEventAttributes,
    event.activityTaskCompletedEventAttributes,
    event.activityTaskFailedEventAttributes,
  ].some((attributes) => attributes !== null && attributes !== undefined);
}

function textOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : null;
}

function numberOf(value: unknown): number | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'number' ? first : null;
}

type Time = proto.google.protobuf.ITimestamp | null | undefined;

function msOf(time: Time): number | null {
  if (time === null || time === undefined) return null;
  return Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
}
