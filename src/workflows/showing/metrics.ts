/** The template's five metrics: through the SDK's meter for monitoring, as numbers for the report. */
import { metricMeter } from '@temporalio/workflow';
import { FACTS } from '../../actions/index.ts';
import type { MetricName } from '../../plan/plan.ts';
import type { RunOutcome } from '../../plan/run.ts';
import type { DecisionsPart, MeasuredPart, ShownPart, TolerantParts } from '../run.ts';

/** What the figures are taken from. */
type CountedParts = TolerantParts & DecisionsPart;

/** Outcomes that say nothing about the software: left out of the success rate. */
const NOT_COUNTED: readonly RunOutcome[] = ['rejected', 'expired', 'cancelled'];

/**
 * Emits what the template asks for, once, at the end of a run. A rate over runs comes from the
 * counter by result: succeeded ÷ all whose `counted` is true.
 */
export function emitMetrics(run: CountedParts, outcome: RunOutcome): void {
  const { service, environment } = run.ref;
  const tags = { service, environment, result: outcome, counted: !NOT_COUNTED.includes(outcome) };
  const values = reportMetrics(run, Date.now() - run.status.startedAtMs);
  for (const name of run.plan.metrics) EMITTERS[name](values, tags, run);
}

type Values = Readonly<Record<string, number>>;
type Tags = Record<string, string | boolean>;

const EMITTERS: Record<MetricName, (values: Values, tags: Tags, run: CountedParts) => void> = {
  'deployment.duration': (values, tags) => {
    histogram('deployment.duration', 'ms', values['deployment.duration'], tags);
    histogram(
      'deployment.duration_without_people',
      'ms',
      values['deployment.duration_without_people'],
      tags,
    );
  },
  'deployment.success_rate': (_values, tags) => {
    metricMeter.createCounter('deployment.success_rate', '1', 'Runs by result').add(1, tags);
  },
  'deployment.rollback_count': (_values, tags, run) => {
    const undone = run.saga.touched.size;
    if (run.status.rollback.length === 0) return;
    metricMeter.createCounter('deployment.rollback_count', '1', 'Runs rolled back').add(1, tags);
    metricMeter
      .createCounter('deployment.rollback_servers', '1', 'Servers rolled back')
      .add(undone, tags);
  },
  'health_check.response_time': (values, tags) => {
    histogram('health_check.response_time', 'ms', values['health_check.response_time'], tags);
  },
  'service.error_rate': (values, tags) => {
    histogram('service.error_rate', '%', values['service.error_rate'], tags);
  },
};

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

function histogram(name: string, unit: string, value: number | undefined, tags: Tags): void {
  if (value === undefined) return;
  metricMeter.createHistogram(name, 'float', unit).record(value, tags);
}
