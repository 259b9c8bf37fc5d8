/** What the program's exit code says. */
import type { RunOutcome } from '../plan/run.ts';

export const EXIT = {
  succeeded: 0,
  other: 1,
  badInput: 2,
  failed: 3,
  withdrawn: 4,
  needsPerson: 5,
} as const;

const BY_OUTCOME: Readonly<Record<RunOutcome, number>> = {
  running: EXIT.other,
  succeeded: EXIT.succeeded,
  failed: EXIT.failed,
  rolled_back: EXIT.failed,
  rejected: EXIT.withdrawn,
  expired: EXIT.withdrawn,
  cancelled: EXIT.withdrawn,
  needs_person: EXIT.needsPerson,
};

/** @param touched whether anything was undone: a run that was withdrawn after it changed servers has failed */
export function exitCodeOf(outcome: RunOutcome, touched: boolean): number {
  const code = BY_OUTCOME[outcome];
  return code === EXIT.withdrawn && touched ? EXIT.failed : code;
}
