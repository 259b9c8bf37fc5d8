/** Which attempts of activities count, by what the Temporal server says of their runs. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { isGrpcServiceError } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Attempt, Attempts } from '../ports/attempts.ts';
import {
  ASK_AGAIN_MS,
  asking,
  currentContext,
  type FenceTimes,
  heartbeats,
  notAsked,
  PATIENCE_MS,
} from './fence.ts';

export interface WorkersAttempts extends Attempts {
  /** Sees each attempt end. */
  readonly interceptor: ActivityInterceptorsFactory;
}

export function createAttempts({
  patienceMs = PATIENCE_MS,
}: Partial<FenceTimes> = {}): WorkersAttempts {
  const listeners: ((attempt: Attempt) => void)[] = [];
  return {
    current() {
      const context = currentContext();
      return context === null || !heartbeats(context) ? null : attemptOf(context);
    },
    async over(attempts) {
      const judged = await Promise.all(
        runsOf(attempts).map((ofRun) => overOfRun(Context.current(), ofRun, patienceMs)),
      );
      return judged.flat();
    },
    whenEnded(tell) {
      listeners.push(tell);
    },
    interceptor: (context) => ({
      inbound: {
        async execute(input, next) {
          try {
            return await next(input);
          } finally {
            const attempt = attemptOf(context);
            if (attempt !== null) for (const tell of listeners) tell(attempt);
          }
        },
      },
    }),
  };
}

/** null: not of a workflow, so that nobody knows who asks for it. */
function attemptOf({ info }: Context): Attempt | null {
  const { activityId, activityType: activity, attempt, workflowExecution } = info;
  if (workflowExecution === undefined) return null;
  const { workflowId, runId } = workflowExecution;
  const worker = `${process.pid}@${hostname()}`;
  return { workflowId, runId, activityId, activity, attempt, worker };
}

function runsOf(attempts: readonly Attempt[]): readonly (readonly Attempt[])[] {
  const runs = new Set(attempts.map(({ runId }) => runId));
  return [...runs].map((run) => attempts.filter(({ runId }) => runId === run));
}

/** @param attempts of one run @throws PortError where the server does not answer for so long */
async function overOfRun(
  context: Context,
  attempts: readonly Attempt[],
  patienceMs: number,
): Promise<readonly Attempt[]> {
  const [first] = attempts;
  if (first === undefined) return [];
  const { workflowId, runId, activity } = first;
  const handle = context.client.workflow.getHandle(workflowId, runId);
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    try {
      const { status, raw } = await asking(context, () => handle.describe());
      if (status.name !== 'RUNNING') return attempts;
      const pending = new Map(
        raw.pendingActivities?.map(({ activityId, attempt }) => [activityId, attempt]),
      );
      return attempts.filter(({ activityId, attempt }) => pending.get(activityId) !== attempt);
    } catch (error) {
      // What it refuses to tell, or does not know, it is not asked again.
      if (!isSilence(error)) return [];
      if (performance.now() > giveUpMs) throw notAsked(activity, error);
      await sleep(ASK_AGAIN_MS);
    }
  }
}

/** CANCELLED and DEADLINE_EXCEEDED at the deadline; RESOURCE_EXHAUSTED, INTERNAL and UNAVAILABLE. */
const SILENT: readonly number[] = [1, 4, 8, 13, 14];

function isSilence(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const failure = isGrpcServiceError(error) ? error : cause;
  return isGrpcServiceError(failure) && SILENT.includes(failure.code);
}
