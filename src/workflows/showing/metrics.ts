/** The template's five metrics: through the SDK's meter for monitoring, as numbers for the report. */
import type { MetricCounter } from '@temporalio/common';
import { metricMeter } from '@temporalio/workflow';
import { FACTS } from '../../actions/index.ts';
import type { MetricName } from '../../plan/plan.ts';
import type { RunOutcome } from '../../plan/run.ts';
import type { DecisionsPart, MeasuredPart, ShownPart, TolerantParts } from '../run.ts';

/** What the figures are taken from. */
type CountedParts = TolerantParts & DecisionsPart;

/** Outcomes that say nothing about the software: left out of the success rate. */
const NOT_COUNTED: readonly RunOutcome[] = ['rejected', 'expired', 'superseded', 'cancelled'];

/** The ends that a run can have. */
const RESULTS: readonly RunOutcome[] = [
  'succeeded',
  'failed',
  'rolled_back',
  'rejected',
  'expired',
  'superseded',
  'cancelled',
];

/**
 * Counters begin at 0 with the run: a counter that appears as 1 has never increased, for whoever asks
 * by how much it did.
 */
export function announceMetrics(run: CountedParts): void {
  if (run.plan.metrics.includes('deployment.success_rate'))
    for (const result of RESULTS) countResult(run, result, 0);
  if (run.plan.metrics.includes('deployment.rollback_count')) countRollback(run, 0, 0);
}

/**
 * Emits what the template asks for, once, at the end of a run. A rate over runs comes from the
 * counter by result: succeeded ÷ all whose `counted` is true.
 */
export function emitMetrics(run: CountedParts, outcome: RunOutcome): void {
  const values = reportMetrics(run, Date.now() - run.status.startedAtMs);
  for (const name of run.plan.metrics) EMITTERS[name](run, outcome, values);
}

type Values = Readonly<Record<string, number>>;
type Emit = (run: CountedParts, outcome: RunOutcome, values: Values) => void;

const EMITTERS: Record<MetricName, Emit> = {
  'deployment.duration': (run, outcome, values) => {
    for (const name of ['deployment.duration', 'deployment.duration_without_people'])
      histogram(name, 'ms', values[name], tagsOf(run, outcome));
  },
  'deployment.success_rate': (run, outcome) => countResult(run, outcome, 1),
  'deployment.rollback_count': (run) => {
    if (run.status.rollback.length > 0) countRollback(run, 1, run.saga.touched.size);
  },
  'health_check.response_time': (run, outcome, values) => {
    const name = 'health_check.response_time';
    histogram(name, 'ms', values[name], tagsOf(run, outcome));
  },
  'service.error_rate': (run, outcome, values) => {
    const name = 'service.error_rate';
    histogram(name, '%', values[name], tagsOf(run, outcome));
  },
};

/** Few values each: a version or a run's id as a label would be a new series every time. */
function tagsOf(run: CountedParts, result: RunOutcome): Tags {
  return { ...placeOf(run), result, counted: !NOT_COUNTED.includes(result) };
}

function placeOf({ ref }: CountedParts): Tags {
  return { service: ref.service, environment: ref.environment };
}

function countResult(run: CountedParts, result: RunOutcome, runs: number): void {
  counter('deployment.success_rate', 'Runs by result').add(runs, tagsOf(run, result));
}

function countRollback(run: CountedParts, runs: number, servers: number): void {
  counter('deployment.rollback_count', 'Runs rolled back').add(runs, placeOf(run));
  counter('deployment.rollback_servers', 'Servers rolled back').add(servers, placeOf(run));
}

type Tags = Record<string, string | boolean>;

/** The metrics as the report shows them: milliseconds, percent, counts. */
export function reportMetrics(
  run: ShownPart & MeasuredPart & DecisionsPart,
  durationMs: number,
): Readonly<Record<string, number>> {
  const responseTime = numberOf(run, 'health_check.response_time');
  const errorRate = numberOf(run, 'service.error_rate');
  return {
    'deployment.duration': durationMs,
    'deployment.duration_without_people': Math.max(0, durationMs - run.peopleMs),
    'deployment.rollback_count': run.status.rollback.length > 0 ? 1 : 0,
    ...(responseTime !== null && { 'health_check.response_time': responseTime }),
    ...(errorRate !== null && { 'service.error_rate': errorRate }),
  };
}

function numberOf(
  run: MeasuredPart,
  fact: 'health_check.response_time' | 'service.error_rate',
): number | null {
  const value = run.facts.latest(FACTS[fact])?.value;
  return typeof value === 'number' ? value : null;
}

function counter(name: string, description: string): MetricCounter {
  return metricMeter.createCounter(exported(name), '1', description);
}

function histogram(name: string, unit: string, value: number | undefined, tags: Tags): void {
  if (value === undefined) return;
  metricMeter.createHistogram(exported(name), 'float', unit).record(value, tags);
}

/** Prometheus takes no dots: the SDK would drop every value. */
function exported(name: string): string {
  return name.replaceAll('.', '_');
}
