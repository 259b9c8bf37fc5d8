/** What a watch over a run is told: signed anew, for it is a workflow of its own. */
import type { RunProof, RunRef } from './run.ts';

export interface WatchedRun {
  /** The run, under the workflow id of its watch. */
  readonly run: RunRef;
  readonly proof: RunProof;
}

/** Somebody has read the message of a watch, and takes care of it. */
export interface AckWatchInput {
  /** The run that it watches, by its workflow id. */
  readonly watched: string;
  readonly by: string;
  readonly language: 'zh' | 'en';
}

export interface AckedWatch {
  readonly watched: string;
  readonly service: string;
  readonly environment: string;
  /** Name and role of whoever has acknowledged it. */
  readonly who: string;
}
