/** health.performance: a bounded number of requests at a bounded rate, timed one by one. */
import { Context } from '@temporalio/activity';
import type { Reading } from '../../actions/define.ts';
import type { measurePerformance } from '../../actions/servers/performance.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { HealthSettings } from '../../plan/settings.ts';
import type { OutcomeOf } from '../implement.ts';
import { type AtOnce, createAtOnce } from './at-once.ts';
import { type OnServer, reading, type ServerPorts } from './context.ts';
import { type Manner, mannerOf } from './manner.ts';
import { heartbeatWhile } from './pace.ts';
import { assertReachable } from './reachable.ts';
import { type Answer, askServer, describeAnswer, isServed } from './requests.ts';

type PerformanceOutcome = OutcomeOf<typeof measurePerformance>;

/** Bounds of what a project may ask of one server, whatever its file says. */
const MAXIMUM_REQUESTS = 10_000;
const MAXIMUM_PER_SECOND = 500;

/** The sum of the rates that a worker measures at once: more, and it would measure how busy it is itself. */
const MEASURED_PER_SECOND = 400;
/** A request that begins later than this was held up here: its time says nothing of the service. */
const LATE_MS = 25;
/** How much slower a second round goes. */
const SLOWER = 4;
/** Of a second round; the first takes what the project asks for. */
const LONGEST_ROUND_SECONDS = 10;
/** Servers that wait at once for a second round, so that a fleet does not wait for minutes. */
const MOST_AGAIN = 8;

interface Load {
  readonly perSecond: number;
  readonly requests: number;
}

interface Round {
  readonly perSecond: number;
  readonly answers: readonly Answer[];
  /** p95 of how much later than due a request began. */
  readonly lateMs: number;
}

/** Shared by all measurements of a worker. */
export interface Measurements {
  readonly inTurn: AtOnce;
  /** Servers that are measured again, or wait for it. */
  again: number;
}

export function createMeasurements(): Measurements {
  return { inTurn: createAtOnce(MEASURED_PER_SECOND), again: 0 };
}

/**
 * Starts each request at its own time, so that slow answers delay no other request: what is
 * measured is the service, not our queue. At most rate × timeout requests are open at once. Where
 * this worker was too busy to begin them in time, it measures once more, alone and slower; failed
 * requests of both rounds count.
 */
export async function measureAtRate(
  ports: ServerPorts,
  measurements: Measurements,
  input: OnServer,
  health: HealthSettings,
): Promise<PerformanceOutcome> {
  const perSecond = rateOf(health);
  const requests = Math.min(Math.max(1, health.performance.requests), MAXIMUM_REQUESTS);
  const manner = await mannerOf(ports, input, health);
  const { path } = health.performance;
  const round = (weight: number, load: Load): Promise<Round> =>
    measurements.inTurn(weight, () =>
      heartbeatWhile(() => measure(ports, input, { path, manner }, load)),
    );
  const rounds = [await round(perSecond, { perSecond, requests })];
  if (isLate(rounds[0]) && measurements.again < MOST_AGAIN) {
    const slower = perSecond / SLOWER;
    const most = Math.ceil(LONGEST_ROUND_SECONDS * slower);
    measurements.again += 1;
    try {
      const load = { perSecond: slower, requests: Math.min(requests, most) };
      rounds.push(await round(MEASURED_PER_SECOND, load));
    } finally {
      measurements.again -= 1;
    }
  }
  const answers = rounds.flatMap((each) => each.answers);
  if (answers.some((each) => each.kind === 'failed')) await assertReachable(ports, input);
  return summarise(input, rounds);
}

function isLate(round: Round | undefined): boolean {
  return round !== undefined && round.lateMs > LATE_MS;
}

/** Requests a second. */
function rateOf({ performance: { perSecond } }: HealthSettings): number {
  return Math.min(Math.max(0.1, perSecond), MAXIMUM_PER_SECOND);
}

async function measure(
  ports: ServerPorts,
  input: OnServer,
  { path, manner }: { readonly path: string; readonly manner: Manner },
  { perSecond, requests }: Load,
): Promise<Round> {
  const context = Context.current();
  const host = ports.hosts.get(input.server);
  const intervalMs = 1000 / perSecond;
  const startedMs = performance.now();
  const lateMs: number[] = [];
  const open: Promise<Answer>[] = [];
  try {
    for (let index = 0; index < requests; index += 1) {
      const dueMs = startedMs + index * intervalMs;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await context.sleep(waitMs);
      lateMs.push(performance.now() - dueMs);
      open.push(askServer(ports.http, host, manner, { path }));
    }
    const answers = await Promise.all(open);
    return { perSecond, answers, lateMs: percentile(lateMs, 95) ?? 0 };
  } finally {
    await Promise.allSettled(open);
  }
}

function summarise(input: OnServer, rounds: readonly Round[]): PerformanceOutcome {
  const all = rounds.flatMap((each) => each.answers);
  const last = rounds.at(-1)?.answers ?? [];
  const times = last.flatMap((each) => (each.kind === 'answered' ? [each.durationMs] : []));
  const failed = all.filter((each) => !isServed(each)).length;
  const total = all.length;
  const rate = percent(failed, total);
  const errors = say(
    input.run,
    `${total} 个请求中 ${failed} 个失败`,
    `${failed} of ${total} requests failed`,
  );
  const first = all.find((each) => !isServed(each));
  const failure = first === undefined ? [] : [describeAnswer(input, first)];
  const lines = [`${errors} (${rate}%)`, ...failure, ...busyLines(input, rounds)];
  const p95 = percentile(times, 95);
  const errorRate = reading(rate, errors, total);
  // Without any answer there is no response time: unmeasured, so the criterion fails.
  if (p95 === null) return outcome(errorRate, null, lines);
  const median = percentile(times, 50) ?? p95;
  const detail = say(
    input.run,
    `p95 ${p95} ms，中位数 ${median} ms，${times.length} 个应答`,
    `p95 ${p95} ms, median ${median} ms, ${countedEn(times.length, 'answer')}`,
  );
  const told = [detail, ...busyLines(input, rounds)].join('; ');
  return outcome(errorRate, reading(p95, told, times.length), [...lines, detail]);
}

/** What a reader of the response time has to know where the worker was busy. */
function busyLines({ run }: OnServer, rounds: readonly Round[]): readonly string[] {
  const [first, second] = rounds;
  if (first === undefined || !isLate(first)) return [];
  const late = say(
    run,
    `worker 繁忙，请求推迟了 ${first.lateMs} ms`,
    `the worker was busy and began requests ${first.lateMs} ms late`,
  );
  if (second === undefined) return [late];
  const rate = Math.round(second.perSecond * 10) / 10;
  const again = say(
    run,
    `已改为每秒 ${rate} 个单独重测，推迟 ${second.lateMs} ms`,
    `measured again alone, ${rate} a second, ${second.lateMs} ms late`,
  );
  return [late, again];
}

function outcome(
  errorRate: Reading<number>,
  responseTime: Reading<number> | null,
  evidence: readonly string[],
): PerformanceOutcome {
  return {
    facts: { 'health_check.response_time': responseTime, 'service.error_rate': errorRate },
    evidence,
  };
}

/** The smallest measured time that at least `rank` % of the times do not exceed, in tenths of a ms. */
export function percentile(timesMs: readonly number[], rank: number): number | null {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const value = sorted[Math.ceil((rank / 100) * sorted.length) - 1];
  return value === undefined ? null : Math.round(value * 10) / 10;
}

/** Part of all in percent, to two places; 0 of 0 is 0. */
export function percent(part: number, all: number): number {
  return all === 0 ? 0 : Math.round((part / all) * 10_000) / 100;
}
