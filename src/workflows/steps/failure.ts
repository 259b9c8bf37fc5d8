/** How a step ends badly, and how errors of any kind become that. */
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Failure, FailureKind } from '../../plan/failure/meaning.ts';

/** The failure of one step, with what a person needs to know. Never leaves the interpreter. */
export class StepFailure extends Error {
  readonly step: number;
  readonly kind: FailureKind;
  /** Stable upper-case name. */
  readonly type: string;

  constructor(step: number, kind: FailureKind, type: string, message: string) {
    super(message);
    this.name = 'StepFailure';
    this.step = step;
    this.kind = kind;
    this.type = type;
  }
}

/** What was thrown while `step` ran, as what it means for the servers is asked. */
export function failureOf(error: unknown, step: number, server: string | null): Failure {
  const { kind, type } = asStepFailure(error, step);
  return { step, kind, type, server };
}

/** Turns whatever was thrown while `step` ran into its failure. */
export function asStepFailure(error: unknown, step: number): StepFailure {
  if (error instanceof StepFailure) return error;
  if (isCancellation(error)) return new StepFailure(step, 'cancelled', 'CANCELLED', 'cancelled');
  return new StepFailure(step, 'failed', typeOf(error), messageOf(error));
}

/** The message of the innermost cause: what the activity said, not that an activity failed. */
export function messageOf(error: unknown): string {
  const cause = rootOf(error);
  if (cause instanceof TimeoutFailure) return `timed out (${cause.timeoutType})`;
  return cause instanceof Error ? cause.message : String(cause);
}

/** The stable type of the innermost cause. */
export function typeOf(error: unknown): string {
  const cause = rootOf(error);
  if (cause instanceof ApplicationFailure) return cause.type ?? 'ACTION_FAILED';
  if (cause instanceof TimeoutFailure) return 'TIMED_OUT';
  return cause instanceof TemporalFailure ? 'ACTION_FAILED' : 'INTERNAL';
}

function rootOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) {
    if (cause.cause === undefined) break;
    cause = cause.cause;
  }
  return cause;
}
