/** What a run, or a short workflow, answers to a question: the answer, a refusal, or silence. */
import {
  type Client,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowFailedError,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { TimeoutFailure, type Workflow, type WorkflowResultType } from '@temporalio/common';
import { NoAnswerError, RefusedError } from './errors.ts';

/** 200 servers, 50 at once, each of them slow to say that it does not answer. */
const ANSWER_LIMIT_MS = 180_000;
/** Runs a short workflow that asks the worker something, and waits for its answer. */
export async function ask<W extends Workflow>(
  client: Client,
  type: string,
  options: Pick<WorkflowStartOptions<W>, 'taskQueue' | 'workflowId' | 'args'>,
): Promise<WorkflowResultType<W>> {
  try {
    return await client.workflow.execute<W>(type, {
      ...options,
      workflowExecutionTimeout: ANSWER_LIMIT_MS,
    } as WorkflowStartOptions<W>);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof TimeoutFailure) throw new NoAnswerError(type, { cause: error });
    throw new RefusedError(codeOf(cause, 'FAILED'), cause?.message ?? error.message);
  }
}

/** The stable type of a failure, where it has one. */
export function codeOf(cause: Error | undefined, otherwise: string): string {
  const hasType = cause !== undefined && 'type' in cause && typeof cause.type === 'string';
  return hasType ? String(cause.type) : otherwise;
}

/** What a missing worker and a refusal look like, by their kind, never by their text. */
export async function answered<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { cause } = error;
      throw new RefusedError(codeOf(cause, 'REFUSED'), cause?.message ?? error.message);
    }
    if (isSilence(error)) throw new NoAnswerError('no worker answers', { cause: error });
    throw error;
  }
}

function isSilence(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error))
    return true;
  const cause = error instanceof Error ? error.cause : undefined;
  const failure = isGrpcServiceError(error) ? error : cause;
  return isGrpcServiceError(failure) && SILENT.includes(failure.code);
}

/**
 * gRPC's status codes: CANCELLED where the server ends the call at the deadline before we do,
 * DEADLINE_EXCEEDED, and FAILED_PRECONDITION where it has itself seen no poller for a while.
 */
const SILENT: readonly number[] = [1, 4, 9];
