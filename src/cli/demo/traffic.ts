/**
 * The demo's traffic: a separate process that sends requests through the load balancer at a steady rate,
 * with a new connection for each and no retries, and reads the version in each answer.
 *
 * Usage: node traffic.js URL REQUESTS_PER_SECOND, started with an IPC channel.
 */
import { request } from 'node:http';
import type { TrafficAnswer, TrafficCommand, TrafficReport } from './traffic-report.ts';

/** A request without an answer after this time has failed. */
const REQUEST_LIMIT_MS = 60_000;
const MAXIMUM_REQUESTS = 50_000;
const KEPT_FAILURES = 5;

interface Tally {
  sent: number;
  answered: number;
  failures: string[];
  failed: number;
  longestWaitMs: number;
  slow: { askedMs: number; tookMs: number; status: number | null }[];
  versions: Record<string, number>;
  servers: Record<string, Record<string, number>>;
}

interface Answer {
  readonly status: number;
  readonly server: string;
  readonly body: string;
}

function newTally(): Tally {
  return {
    sent: 0,
    answered: 0,
    failures: [],
    failed: 0,
    longestWaitMs: 0,
    slow: [],
    versions: {},
    servers: {},
  };
}

/** @param onSent called once the whole request is on its way */
function get(url: string, onSent: () => void = () => undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, headers: { 'x-runsheet-probe': '1' } });
    outgoing.once('finish', onSent);
    outgoing.setTimeout(REQUEST_LIMIT_MS, () => {
      outgoing.destroy(new Error(`no answer within ${REQUEST_LIMIT_MS} ms`));
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const server = response.headers['x-runsheet-server'];
        resolve({
          status: response.statusCode ?? 0,
          server: typeof server === 'string' ? server : 'unnamed',
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    outgoing.end();
  });
}

function versionOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
      return String(parsed.version);
    }
  } catch {
    // Not JSON: the text itself is the version.
  }
  return body.trim().slice(0, 80);
}

function countFailure(tally: Tally, reason: string): void {
  tally.failed += 1;
  if (tally.failures.length < KEPT_FAILURES) tally.failures.push(reason);
}

async function askVersion(base: string, tally: Tally): Promise<void> {
  tally.sent += 1;
  const started = performance.now();
  try {
    const answer = await get(`${base}/version`);
    if (answer.status !== 200) {
      countFailure(tally, `status ${answer.status} from ${answer.server}`);
      return;
    }
    const version = versionOf(answer.body);
    tally.answered += 1;
    tally.versions[version] = (tally.versions[version] ?? 0) + 1;
    const server = (tally.servers[answer.server] ??= {});
    server[version] = (server[version] ?? 0) + 1;
  } catch (error) {
    countFailure(tally, error instanceof Error ? error.message : String(error));
  } finally {
    tally.longestWaitMs = Math.max(tally.longestWaitMs, performance.now() - started);
  }
}

async function askSlowly(
  base: string,
  tally: Tally,
  askedMs: number,
  onSent: () => void,
): Promise<void> {
  tally.sent += 1;
  const started = performance.now();
  let status: number | null = null;
  try {
    const answer = await get(`${base}/slow?ms=${askedMs}`, onSent);
    status = answer.status;
    if (status === 200) tally.answered += 1;
    else countFailure(tally, `status ${status} for a request that takes ${askedMs} ms`);
  } catch (error) {
    countFailure(tally, error instanceof Error ? error.message : String(error));
  }
  tally.slow.push({ askedMs, tookMs: Math.round(performance.now() - started), status });
}

function toReport(tally: Tally): TrafficReport {
  return { ...tally, longestWaitMs: Math.round(tally.longestWaitMs) };
}

function main(base: string, perSecond: number): void {
  let tally = newTally();
  let total = 0;
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  };
  const timer = setInterval(() => {
    total += 1;
    if (total <= MAXIMUM_REQUESTS) track(askVersion(base, tally));
  }, 1000 / perSecond);
  const answer = (id: number, counted: Tally, then: () => void = () => undefined): void => {
    const message: TrafficAnswer = { id, report: toReport(counted) };
    process.send?.(message, then);
  };
  /** Settles once the request is under way, or has failed: whoever asks goes on with it in flight. */
  const sendSlowly = (counted: Tally, askedMs: number): Promise<void> =>
    new Promise<void>((resolve) => {
      track(askSlowly(base, counted, askedMs, resolve).finally(resolve));
    });
  process.on('message', (command: TrafficCommand) => {
    const counted = tally;
    switch (command.kind) {
      case 'report':
        answer(command.id, counted);
        return;
      case 'restart':
        tally = newTally();
        void Promise.all(underWay).then(() => answer(command.id, counted));
        return;
      case 'slow':
        // In one go, so that no other comes between: the load balancer takes its servers in turn.
        void Promise.all(
          Array.from({ length: command.requests }, () => sendSlowly(counted, command.milliseconds)),
        ).then(() => answer(command.id, counted));
        return;
      case 'stop':
        clearInterval(timer);
        void Promise.all(underWay).then(() =>
          answer(command.id, counted, () => process.disconnect()),
        );
    }
  });
  process.on('disconnect', () => process.exit(0));
}

const [, , url, rate] = process.argv;
if (url === undefined || !(Number(rate) > 0) || process.send === undefined) {
  process.stderr.write('usage: node traffic.js URL REQUESTS_PER_SECOND (with an IPC channel)\n');
  process.exit(2);
}
main(url, Number(rate));
