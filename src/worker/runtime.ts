/** Temporal's runtime for this process: its log, and where its metrics go. */
import { DefaultLogger, Runtime, type TelemetryOptions } from '@temporalio/worker';
import type { TelemetrySettings } from '../config/project-file.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { WorkerStartError } from './start-error.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** A run takes seconds to a day, with people in it. */
const DURATIONS = [
  ...[5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 30, 60, 240, 1_440].map((minutes) => minutes * MINUTE),
];
const BUCKETS = {
  deployment_duration: DURATIONS,
  deployment_duration_without_people: DURATIONS,
  health_check_response_time: [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000],
  service_error_rate: [0, 0.1, 0.5, 1, 2, 5, 10, 25, 50, 100],
};

/** Call it once, before anything else of the SDK. @throws WorkerStartError where the port is taken */
export function installRuntime(telemetry: TelemetrySettings): void {
  const { metrics } = telemetry;
  try {
    Runtime.install({
      logger: new DefaultLogger('WARN', (entry) =>
        console.error(entry.level, entry.message, entry.meta?.['error'] ?? ''),
      ),
      ...metricsOf(telemetry),
    });
  } catch (error) {
    if (metrics === undefined || !(error instanceof Error)) throw error;
    throw notBound('metrics', metrics, error);
  }
}

/** @param key of `telemetry` @param error what the system said of the address */
export function notBound(key: string, address: string, error: Error): WorkerStartError {
  const reason = error.message.split('\n')[0] ?? '';
  return new WorkerStartError(diagnose('BAD_PROJECT_FILE', 'notBound', { key, address, reason }));
}

function metricsOf({ metrics, otlp }: TelemetrySettings): {
  telemetryOptions?: TelemetryOptions;
} {
  const shared = { attachServiceName: false } as const;
  if (metrics !== undefined) {
    const prometheus = { bindAddress: metrics, histogramBucketOverrides: BUCKETS };
    return { telemetryOptions: { metrics: { ...shared, prometheus } } };
  }
  if (otlp === undefined) return {};
  const url = new URL('v1/metrics', otlp.endsWith('/') ? otlp : `${otlp}/`).href;
  const otel = { url, http: true, histogramBucketOverrides: BUCKETS };
  return { telemetryOptions: { metrics: { ...shared, otel } } };
}
