/** What several things that ran at once have come to. */
import { isCancellation } from '@temporalio/workflow';
import { firstOf } from '../showing/many.ts';
import { StepFailure } from './failure.ts';

/** Failures that are told in full; where a whole fleet fails alike, the rest is counted. */
const TOLD = 10;

/** Throws where one of them failed: a cancellation before all, else one failure that names them all. */
export function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  const reasons = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (reasons.length === 0) return;
  const cancelled = reasons.find((reason) => isCancellation(reason));
  if (cancelled !== undefined) throw cancelled;
  const failures = reasons.filter((reason) => reason instanceof StepFailure);
  const [first] = failures;
  if (first === undefined || failures.length === 1) throw first ?? reasons[0];
  const messages = firstOf([...new Set(failures.map((each) => each.message))], TOLD).join('; ');
  throw new StepFailure(first.step, first.kind, first.type, messages);
}
