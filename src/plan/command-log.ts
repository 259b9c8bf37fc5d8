/** What is kept beside the output of a run's commands, so that it can be found without the run itself. */
import type { RunRef } from './run.ts';

/** In `run.json` of the run's artifacts. */
export type KeptRun = Pick<
  RunRef,
  'workflowId' | 'service' | 'environment' | 'version' | 'language'
>;

/** In `logs/<name>.json`, beside the output in `logs/<name>.log`. */
export interface CommandLog {
  readonly step: number;
  /** What it is called in runsheet.yaml: `test`, or the name of an action. */
  readonly name: string;
  /** As it was started, redacted. */
  readonly command: string;
  /** On which it ran, or the batch that it ran for; empty: once for the run. */
  readonly servers: readonly string[];
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** null: a signal, a timeout or a cancellation ended it. */
  readonly exitCode: number | null;
}
