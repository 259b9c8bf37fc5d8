/** Hands spans on, to a file or a collector: late, in batches, and never at the cost of a run. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TelemetrySettings } from '../../config/project-file.ts';
import { asOtlp, type Span } from './spans.ts';

export interface Tracing {
  record(span: Span): void;
  /** Hands on what is left. */
  close(): Promise<void>;
}

const FLUSH_MS = 1_000;
const SENDING_LIMIT_MS = 5_000;
/** What waits for a collector that does not answer; the oldest goes first. */
const MOST_WAITING = 5_000;

/** null: nobody wants traces. @param headers of the collector, `name=value,…` */
export function openTracing(
  { traces, otlp }: TelemetrySettings,
  headers: string | undefined,
): Tracing | null {
  const sends = [
    ...(traces === undefined ? [] : [(text: string) => append(traces, text)]),
    ...(otlp === undefined ? [] : [(text: string) => post(otlp, text, headersOf(headers))]),
  ];
  if (sends.length === 0) return null;
  let waiting: Span[] = [];
  let told = false;
  const flush = async (): Promise<void> => {
    const batch = waiting;
    if (batch.length === 0) return;
    waiting = [];
    const text = JSON.stringify(asOtlp(batch));
    const results = await Promise.allSettled(sends.map((send) => send(text)));
    for (const each of results) {
      if (each.status === 'fulfilled' || told) continue;
      told = true;
      console.error('WARN', 'traces cannot be exported:', String(each.reason));
    }
  };
  // One after the other; what the timer has begun is not over when the worker closes.
  let handedOn = Promise.resolve();
  const handOn = (): Promise<void> => {
    handedOn = handedOn.then(flush);
    return handedOn;
  };
  const timer = setInterval(() => void handOn(), FLUSH_MS).unref();
  return {
    record: (span) => {
      waiting.push(span);
      if (waiting.length > MOST_WAITING) waiting.shift();
    },
    close: async () => {
      clearInterval(timer);
      await handOn();
    },
  };
}

async function append(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${text}\n`, { mode: 0o600 });
}

async function post(otlp: string, body: string, headers: Record<string, string>): Promise<void> {
  const url = new URL('v1/traces', otlp.endsWith('/') ? otlp : `${otlp}/`);
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(SENDING_LIMIT_MS),
  });
  if (!response.ok) throw new Error(`${url.href}: ${response.status}`);
}

function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').map((each) => each.split('=', 2));
  return Object.fromEntries(
    pairs.flatMap(([name = '', value]) =>
      value === undefined ? [] : [[name.trim(), decodeURIComponent(value.trim())]],
    ),
  );
}
