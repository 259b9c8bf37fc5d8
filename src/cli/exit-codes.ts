/** What the program's exit codes mean. */
import type { RunOutcome } from '../plan/run.ts';

export const EXIT = {
  succeeded: 0,
  other: 1,
  badInput: 2,
  failed: 3,
  calledOff: 4,
  needsAttention: 5,
  /** The terminal was closed while the demo ran, as shells say it. */
  hungUp: 129,
  /** Ctrl-C at a question, or while a run is followed, as shells say it: the run goes on, its end is not known. */
  interrupted: 130,
  /** Nobody reads the output any more (`| head`), as shells say it. */
  notRead: 141,
  /** SIGTERM while a run is followed, as shells say it. */
  terminated: 143,
} as const;

const BY_OUTCOME: Readonly<Record<RunOutcome, number>> = {
  running: EXIT.other,
  succeeded: EXIT.succeeded,
  failed: EXIT.failed,
  rolled_back: EXIT.failed,
  rejected: EXIT.calledOff,
  expired: EXIT.calledOff,
  superseded: EXIT.calledOff,
  cancelled: EXIT.calledOff,
  needs_attention: EXIT.needsAttention,
};

/** @param rolledBack whether anything was: a run called off after it changed servers has failed */
export function exitCodeOf(outcome: RunOutcome, rolledBack: boolean): number {
  const code = BY_OUTCOME[outcome];
  return code === EXIT.calledOff && rolledBack ? EXIT.failed : code;
}
