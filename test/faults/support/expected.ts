/** How a run that was disturbed may end. */
import type { Fault, FaultCase } from './cases.ts';

export const SUCCEEDED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';
const CANCELLED = 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED';

/** One of each. */
export interface Expected {
  /** The last event of its history. A run that succeeded leaves the new version, another one the former. */
  readonly ends: readonly string[];
  /** Rows in the records. */
  readonly records: readonly number[];
  /** Messages that tell how it ended. */
  readonly messages: readonly number[];
}

/** A run with one fault, and perhaps one before it that makes it roll back. */
export function expectedOf({ because, ...fault }: FaultCase): Expected {
  const isLast = fault.kind === 'fails' && because === null;
  const ends = fault.kind === 'fails' ? [SUCCEEDED, FAILED] : [SUCCEEDED];
  return {
    ends: because === null ? ends : [FAILED],
    records: [isLast && leavesNo('record.update', fault) ? 0 : 1],
    messages: [isLast && leavesNo('notify.send', fault) ? 0 : 1],
  };
}

/** A run with any number of them, which may be cancelled as well. */
export function expectedOfAll(faults: readonly Fault[], isCancelled: boolean): Expected {
  const last = faults.filter(({ kind }) => kind === 'fails');
  const ends = last.length > 0 || isCancelled ? [SUCCEEDED, FAILED] : [SUCCEEDED];
  const may = (name: string): readonly number[] =>
    last.some((fault) => leavesNo(name, fault)) ? [0, 1] : [1];
  return {
    ends: isCancelled ? [...ends, CANCELLED] : ends,
    records: may('record.update'),
    messages: may('notify.send'),
  };
}

/**
 * What fails for good leaves nothing there: what was released is not undone where nobody could be told,
 * and a request that is never read is of no service and no environment.
 */
function leavesNo(name: string, { activity }: Fault): boolean {
  return activity === name || activity === 'resolvePlan';
}
