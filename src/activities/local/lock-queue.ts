/** The runs that wait for a lock, in the order of their arrival, as the lock's own history has it. Pure. */
import type { Execution } from '../contract.ts';

/** A signal that a workflow has sent; the server has written down which. */
export interface SentSignal {
  readonly name: string;
  readonly sender: Execution;
}

/**
 * Those that the holder before had waiting, and those that have come since, without those that left.
 * @param input the argument that the lock was started with
 */
export function waitersIn(input: unknown, signals: readonly SentSignal[]): readonly Execution[] {
  let waiting = handedOn(input);
  for (const { name, sender } of signals) {
    const isThere = waiting.some((each) => isSame(each, sender));
    if (name === 'queue' && !isThere) waiting = [...waiting, sender];
    if (name === 'leave') waiting = waiting.filter((each) => !isSame(each, sender));
  }
  return waiting;
}

function handedOn(input: unknown): readonly Execution[] {
  const queue: unknown = isObject(input) ? input['queue'] : undefined;
  if (!Array.isArray(queue)) return [];
  return queue.flatMap((each: unknown) => {
    if (!isObject(each)) return [];
    const { workflowId, runId } = each;
    return typeof workflowId === 'string' && typeof runId === 'string'
      ? [{ workflowId, runId }]
      : [];
  });
}

export function isSame(one: Execution, other: Execution): boolean {
  return one.workflowId === other.workflowId && one.runId === other.runId;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
