/** What a watch over a run is told: signed anew, for it is a workflow of its own. */
import type { RunProof, RunRef } from './run.ts';

export interface WatchedRun {
  /** The run, under the workflow id of its watch. */
  readonly run: RunRef;
  readonly proof: RunProof;
}
