/** Whatever was thrown becomes a failure with a type and a sentence. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  ServerFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { asStepFailure, messageOf, StepFailure } from '../../../src/workflows/steps/failure.ts';

describe('failures', () => {
  const activityFailed = (cause?: Error): ActivityFailure =>
    new ActivityFailure('Activity task failed', 'code.lint', '1', RetryState.TIMEOUT, 'w', cause);

  it.each<[string, unknown, string, string]>([
    ['a kind of its own', ApplicationFailure.nonRetryable('boom', 'BOOM'), 'BOOM', 'boom'],
    ['no kind', new ApplicationFailure('boom'), 'ACTION_FAILED', 'boom'],
    ['out of time', new TimeoutFailure('late', undefined, 'HEARTBEAT'), 'TIMED_OUT', 'HEARTBEAT'],
    ['the server', new ServerFailure('gone', false), 'ACTION_FAILED', 'gone'],
    ['our own mistake', new TypeError('x is not a function'), 'INTERNAL', 'not a function'],
    ['no error at all', 'thrown text', 'INTERNAL', 'thrown text'],
  ])('have a type and a sentence: %s', (_name, error, type, text) => {
    const thrown = error instanceof Error ? activityFailed(error) : error;
    const failure = asStepFailure(thrown, 3);
    expect(failure).toMatchObject({ step: 3, kind: 'failed', type });
    expect(failure.message).toContain(text);
  });

  it('stay what they are, and a cancellation is none', () => {
    const failure = new StepFailure(6, 'rejected', 'REJECTED', 'no');
    expect(asStepFailure(failure, 7)).toBe(failure);
    expect(asStepFailure(new CancelledFailure('c'), 7)).toMatchObject({ kind: 'cancelled' });
    expect(messageOf(activityFailed())).toBe('Activity task failed');
  });
});
