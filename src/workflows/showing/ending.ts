/** What a run has come to, once it is over. */
import type { RunOutcome } from '../../plan/run.ts';
import { serversInRun } from '../fleet/scope.ts';
import type { DecisionsPart, PinnedPart, ShownPart, TolerantParts } from '../run.ts';
import { emitMetrics } from './metrics.ts';
import { changed } from './status.ts';

/** What a run that succeeded returns. */
export interface RunResult {
  readonly outcome: 'succeeded';
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly servers: readonly string[];
  /** Servers that the run went on without, why, and how they were left. */
  readonly excluded: readonly string[];
  readonly imageDigest: string | null;
  readonly durationMs: number;
  readonly withoutServiceMs: number;
  readonly warnings: readonly string[];
}

export function succeed(run: TolerantParts & DecisionsPart & PinnedPart): RunResult {
  finish(run, 'succeeded');
  const { service, environment, version } = run.ref;
  return {
    outcome: 'succeeded',
    service,
    environment,
    version,
    servers: serversInRun(run),
    excluded: excludedLines(run),
    imageDigest: run.image?.digest ?? null,
    durationMs: (run.status.finishedAtMs ?? Date.now()) - run.status.startedAtMs,
    withoutServiceMs: run.status.withoutServiceMs,
    warnings: run.status.warnings,
  };
}

/** Closes the status, and counts the run. */
export function finish(run: TolerantParts & DecisionsPart, outcome: RunOutcome): void {
  run.status.outcome = outcome;
  run.status.activity = '';
  run.status.finishedAtMs = Date.now();
  emitMetrics(run, outcome);
  changed(run);
}

/** Servers that the run went on without, a line each. */
export function excludedLines(run: ShownPart): readonly string[] {
  return run.status.servers.flatMap(({ name, excluded }) =>
    excluded === undefined ? [] : [`${name}: ${excluded}`],
  );
}
