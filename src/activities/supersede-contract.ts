/** A run that waits for its approval makes way for a newer one. Types only. */
import type { RunRef, WorkSeal } from '../plan/run.ts';

/** As the newer run is told itself: with the seal of its `supersedeRuns`. */
export interface Successor {
  readonly run: RunRef;
  readonly seal?: WorkSeal | undefined;
}

export interface JudgeSuccessorInput {
  readonly run: RunRef;
  readonly seal?: WorkSeal | undefined;
  readonly successor: Successor;
}

export type SuccessorJudgement =
  | { readonly accepted: true }
  /** `reason`: a sentence in the run's language. */
  | { readonly accepted: false; readonly code: string; readonly reason: string };

export interface SupersededRun {
  readonly workflowId: string;
  /** null: it has made way; else why not. */
  readonly refused: string | null;
}
