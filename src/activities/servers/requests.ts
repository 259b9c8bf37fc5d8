/** One request and what came of it, as a value: a refused connection is an answer too. */
import { say } from '../../diagnostics/language.ts';
import type { HttpProbe, ProbeRequest } from '../../ports/http-probe.ts';
import type { ServerHost } from '../../ports/server-host.ts';
import { wordsOf } from '../failures.ts';
import type { Answer } from './answer.ts';
import type { OfRun } from './context.ts';
import { hintOn } from './hints.ts';
import type { Manner } from './manner.ts';
import { endIfCancelled, heartbeatWhile } from './pace.ts';

export type { Answer };

interface ServiceRequest {
  readonly method?: string;
  readonly path: string;
  /** Absent: the server's service port. */
  readonly port?: number;
}

/** Where the service of one server is reached, past the balancer. */
export function serviceUrl(
  { address, servicePort }: Pick<ServerHost, 'address' | 'servicePort'>,
  { scheme }: Pick<Manner, 'scheme'>,
  { path, port = servicePort }: ServiceRequest,
): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${scheme}://${host}:${port}${path}`;
}

/** Asks the service of one server, past the balancer. @throws CancelledFailure, and nothing else */
export async function askServer(
  http: HttpProbe,
  server: Pick<ServerHost, 'address' | 'servicePort'>,
  manner: Manner,
  request: ServiceRequest,
): Promise<Answer> {
  const { timeoutMs, tls, headers } = manner;
  const url = serviceUrl(server, manner, request);
  return ask(http, { method: request.method ?? 'GET', url, headers, tls, timeoutMs });
}

/** Asks whichever server the balancer chooses. @throws CancelledFailure, and nothing else */
export async function askPool(
  http: HttpProbe,
  url: string,
  { timeoutMs, tls, headers }: Manner,
  own: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  // Whether the service's own certificate is verified says nothing of the balancer's.
  const verified = { ...tls, verify: true };
  const sent = { ...headers, ...own };
  return ask(http, { method: 'GET', url, headers: sent, tls: verified, timeoutMs });
}

async function ask(http: HttpProbe, request: ProbeRequest): Promise<Answer> {
  const { method, url, headers } = request;
  try {
    const response = await heartbeatWhile((signal) => http.request({ ...request, signal }));
    return {
      kind: 'answered',
      ...response,
      sent: { method, url, host: headers?.['host'] ?? null },
    };
  } catch (error) {
    await endIfCancelled();
    return { kind: 'failed', reason: wordsOf(error) };
  }
}

/**
 * For evidence and messages, for example `HTTP 500, 12 ms`; where the answer shows what the request
 * lacked, that too.
 * @param wanted the status that was wanted
 */
export function describeAnswer(input: OfRun, answer: Answer, wanted?: number): string {
  const { run } = input;
  if (answer.kind === 'failed') return say(run, answer.reason.zh, answer.reason.en);
  const line = `HTTP ${answer.status}, ${Math.round(answer.durationMs)} ms`;
  const hint = answer.status === wanted ? null : hintOn(answer);
  return hint === null ? line : say(run, `${line}；${hint.zh}`, `${line}; ${hint.en}`);
}

/** Whether a request was served: neither refused nor answered as an error (status 400 and above). */
export function isServed(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status < 400;
}
