/** Spans of runs, in the JSON of OTLP. A run's trace has the run's own id, so nothing has to be handed on. */
import { createHash } from 'node:crypto';

export interface Span {
  readonly name: string;
  /** Temporal's id of the execution, a UUID. */
  readonly runId: string;
  /** What it is within the run; the run itself is ''. */
  readonly part: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; absent: it did not. */
  readonly failure?: string;
}

/** The UUID without its dashes, as a trace's id is written. */
export function traceIdOf(runId: string): string {
  return runId.replaceAll('-', '');
}

/** The same for the same part, whichever worker says it. */
export function spanIdOf(runId: string, part: string): string {
  return createHash('sha256').update(`${runId} ${part}`).digest('hex').slice(0, 16);
}

/** One export request. */
export function asOtlp(spans: readonly Span[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'runsheet-worker' }) },
        scopeSpans: [{ scope: { name: 'runsheet' }, spans: spans.map(spanOf) }],
      },
    ],
  };
}

const INTERNAL = 1;
const OK = 1;
const ERROR = 2;

function spanOf({ name, runId, part, startMs, endMs, attributes, failure }: Span): object {
  return {
    traceId: traceIdOf(runId),
    spanId: spanIdOf(runId, part),
    ...(part !== '' && { parentSpanId: spanIdOf(runId, '') }),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    status: failure === undefined ? { code: OK } : { code: ERROR, message: failure },
  };
}

/** Beyond what a number holds: a text, as OTLP's JSON has it. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`;
}

function attributesOf(values: Span['attributes']): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { doubleValue: value };
}
