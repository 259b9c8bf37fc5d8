/** One request and what came of it, as a value: a refused connection is an answer too. */
import { type Localized, say } from '../../diagnostics/language.ts';
import type { HttpProbe } from '../../ports/http-probe.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { wordsOf } from '../failures.ts';
import type { OfRun } from './context.ts';
import { endIfCancelled, heartbeatWhile } from './pace.ts';

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly durationMs: number;
    }
  | { readonly kind: 'failed'; readonly reason: Localized };

/** Where the service of one server is reached, past the balancer. */
export function serviceUrl(
  host: Pick<ServerHost, 'address' | 'servicePort'>,
  path: string,
): string {
  const address = host.address.includes(':') ? `[${host.address}]` : host.address;
  return `http://${address}:${host.servicePort}${path}`;
}

/** Sends one request. @throws CancelledFailure, and nothing else. */
export async function ask(
  http: HttpProbe,
  request: { readonly method?: string; readonly url: string; readonly timeoutMs: number },
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { method = 'GET', url, timeoutMs } = request;
  try {
    const response = await heartbeatWhile((signal) =>
      http.request({ method, url, headers, timeoutMs, signal }),
    );
    return { kind: 'answered', ...response };
  } catch (error) {
    await endIfCancelled();
    return { kind: 'failed', reason: wordsOf(error) };
  }
}

/** For evidence and messages, for example `500 in 12 ms`. */
export function describeAnswer({ run }: OfRun, answer: Answer): string {
  if (answer.kind === 'failed') return say(run, answer.reason.zh, answer.reason.en);
  return `HTTP ${answer.status}, ${Math.round(answer.durationMs)} ms`;
}

/** Whether a request was served: neither refused nor answered as an error (status 400 and above). */
export function isServed(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status < 400;
}
