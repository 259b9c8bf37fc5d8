/**
 * Whether an attempt of an activity is still the one that Temporal counts on: asked with a heartbeat
 * that its server has answered, so that a worker that was frozen while another one took over changes
 * nothing once it thaws.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import {
  ActivityCancelledError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
} from '@temporalio/client';
import { lastTold } from '../activities/context.ts';
import { failure, refusal } from '../adapters/refusal.ts';
import { diagnose, type Parameter } from '../diagnostics/diagnose.ts';
import type { Fence } from '../ports/fence.ts';
import type { PortError } from '../ports/port-error.ts';

/**
 * An answer holds for this part of the heartbeat timeout, from the moment that it was asked for: so
 * long, and four times as long again, the server gives the activity to nobody else.
 */
const HOLDS_FOR = 0.2;
/** How long a server that does not answer is asked again and again. */
export const PATIENCE_MS = 60_000;
export const ASK_AGAIN_MS = 250;
const LONGEST_ANSWER_MS = 10_000;

/** What is known of an attempt. */
interface Standing {
  /** By the clock that goes on while the process is frozen; of the question, not of its answer. */
  askedMs: number;
  asking: Promise<void> | null;
  isOver: boolean;
}

export interface FenceTimes {
  readonly patienceMs: number;
}

/** @returns lets everybody pass outside of activities, and those that do not heartbeat: they change nothing */
export function createFence({ patienceMs = PATIENCE_MS }: Partial<FenceTimes> = {}): Fence {
  const standings = new WeakMap<Context, Standing>();
  return async (subject) => {
    const context = currentContext();
    if (context === null || !heartbeats(context)) return;
    const standing = standings.get(context) ?? { askedMs: -Infinity, asking: null, isOver: false };
    standings.set(context, standing);
    const giveUpMs = performance.now() + patienceMs;
    while (!isFresh(standing, context)) {
      if (standing.isOver) throw await takenOver(context, subject);
      try {
        standing.asking ??= ask(context, standing);
        await standing.asking;
      } catch (error) {
        if (performance.now() > giveUpMs) throw notAsked(subject, error);
        await sleep(ASK_AGAIN_MS);
      }
    }
  };
}

export function currentContext(): Context | null {
  try {
    return Context.current();
  } catch {
    return null;
  }
}

export function heartbeats({ info: { isLocal, heartbeatTimeoutMs = 0 } }: Context): boolean {
  return !isLocal && heartbeatTimeoutMs > 0;
}

/** An answer that came while the process was frozen is not: it is asked for once more. */
function isFresh({ askedMs, isOver }: Standing, { info }: Context): boolean {
  return !isOver && performance.now() - askedMs < (info.heartbeatTimeoutMs ?? 0) * HOLDS_FOR;
}

/** One question for all who ask at once. @throws what kept the server from answering */
async function ask(context: Context, standing: Standing): Promise<void> {
  const askedMs = performance.now();
  const { client, info } = context;
  try {
    await asking(context, () => client.activity.heartbeat(info.taskToken, lastTold(context)));
    standing.askedMs = askedMs;
  } catch (error) {
    if (error instanceof ActivityNotFoundError) standing.isOver = true;
    // Cancelled, paused or reset: the server still counts on it, and the activity is told by the SDK.
    else if (isAnswer(error)) standing.askedMs = askedMs;
    else throw error;
  } finally {
    standing.asking = null;
  }
}

/** Within a limit, and of a cancelled activity as well: until it has ended it may have to clean up. */
export function asking<T>({ client }: Context, question: () => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(LONGEST_ANSWER_MS);
  return client.withAbortSignal(limit, () =>
    client.withDeadline(Date.now() + LONGEST_ANSWER_MS, question),
  );
}

function isAnswer(error: unknown): boolean {
  return (
    error instanceof ActivityCancelledError ||
    error instanceof ActivityPausedError ||
    error instanceof ActivityResetError
  );
}

async function takenOver(context: Context, subject: string): Promise<PortError> {
  const { activityType: activity, attempt } = context.info;
  const named = { subject, activity, attempt: String(attempt) };
  const next = await successor(context).catch(() => null);
  return refusal(
    'conflict',
    subject,
    next === null
      ? diagnose('TAKEN_OVER', 'over', named)
      : diagnose('TAKEN_OVER', 'successor', { ...named, ...next }),
  );
}

/** null: nobody has begun the activity again yet, or the run goes on without it. */
async function successor(
  context: Context,
): Promise<{ readonly next: string; readonly worker: string } | null> {
  const { client, info } = context;
  const { workflowExecution: execution } = info;
  if (execution === undefined) return null;
  const handle = client.workflow.getHandle(execution.workflowId, execution.runId);
  const described = await asking(context, () => handle.describe());
  const found = described.raw.pendingActivities?.find(
    (each) => each.activityId === info.activityId,
  );
  const next = found?.attempt ?? 0;
  if (next <= info.attempt) return null;
  return { next: String(next), worker: found?.lastWorkerIdentity ?? '' };
}

export function notAsked(subject: string, error: unknown): PortError {
  const reason: Parameter = error instanceof Error ? error.message : String(error);
  return failure(subject, diagnose('UNAVAILABLE', 'fenceNotAsked', { subject, reason }), {
    cause: error,
  });
}
