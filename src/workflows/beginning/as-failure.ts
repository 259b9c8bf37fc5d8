/** How a workflow that answers a question ends where it cannot. */
import { ApplicationFailure } from '@temporalio/common';
import { messageOf, typeOf } from '../steps/failure.ts';

/** A plain error would block the workflow in a task that is tried for ever. */
export function asFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure) return error;
  return ApplicationFailure.nonRetryable(messageOf(error), typeOf(error));
}
