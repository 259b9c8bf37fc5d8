/** health.performance: a bounded number of requests at a bounded rate, timed one by one. */
import type { Reading } from '../../actions/define.ts';
import type { measurePerformance } from '../../actions/servers/performance.ts';
import { say } from '../../diagnostics/language.ts';
import type { HealthSettings } from '../../plan/settings.ts';
import type { OutcomeOf } from '../implement.ts';
import type { AtOnce } from './at-once.ts';
import { type OnServer, reading, type ServerPorts } from './context.ts';
import { countDown, pause } from './pace.ts';
import { assertReachable } from './reachable.ts';
import { type Answer, ask, isServed, serviceUrl } from './requests.ts';

type PerformanceOutcome = OutcomeOf<typeof measurePerformance>;

/** Bounds of what a project may ask of one server, whatever its file says. */
const MAXIMUM_REQUESTS = 10_000;
const MAXIMUM_PER_SECOND = 500;

/**
 * Starts each request at its own time, so that slow answers delay no other request: what is
 * measured is the service, not our queue. At most rate × timeout requests are open at once.
 */
export function measureAtRate(
  ports: ServerPorts,
  atOnce: AtOnce,
  input: OnServer,
  health: HealthSettings,
): Promise<PerformanceOutcome> {
  return atOnce(rateOf(health), () => measure(ports, input, health));
}

/** Requests a second. */
function rateOf({ performance: { perSecond } }: HealthSettings): number {
  return Math.min(Math.max(0.1, perSecond), MAXIMUM_PER_SECOND);
}

async function measure(
  ports: ServerPorts,
  input: OnServer,
  health: HealthSettings,
): Promise<PerformanceOutcome> {
  const { performance: load, timeoutSeconds } = health;
  const url = serviceUrl(ports.hosts.get(input.server), load.path);
  const count = Math.min(Math.max(1, load.requests), MAXIMUM_REQUESTS);
  const intervalMs = 1000 / rateOf(health);
  const clock = countDown(count * intervalMs + timeoutSeconds * 1000);
  const open: Promise<Answer>[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const dueMs = index * intervalMs - clock.elapsedMs();
      if (dueMs > 0) await pause(dueMs, clock);
      open.push(ask(ports.http, { url, timeoutMs: timeoutSeconds * 1000 }));
    }
    const answers = await Promise.all(open);
    if (answers.some((each) => each.kind === 'failed')) await assertReachable(ports, input);
    return summarise(input, answers);
  } finally {
    await Promise.allSettled(open);
  }
}

function summarise(input: OnServer, answers: readonly Answer[]): PerformanceOutcome {
  const times = answers.flatMap((each) => (each.kind === 'answered' ? [each.durationMs] : []));
  const failed = answers.filter((each) => !isServed(each)).length;
  const total = answers.length;
  const rate = percent(failed, total);
  const errors = say(
    input.run,
    `${total} 个请求中 ${failed} 个失败`,
    `${failed} of ${total} requests failed`,
  );
  const lines = [`${errors} (${rate}%)`];
  const p95 = percentile(times, 95);
  const errorRate = reading(rate, errors, total);
  // Without any answer there is no response time: unmeasured, so the criterion fails.
  if (p95 === null) return outcome(errorRate, null, lines);
  const median = percentile(times, 50) ?? p95;
  const detail = say(
    input.run,
    `p95 ${p95} ms，中位数 ${median} ms，${times.length} 个应答`,
    `p95 ${p95} ms, median ${median} ms, ${times.length} answers`,
  );
  return outcome(errorRate, reading(p95, detail, times.length), [...lines, detail]);
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
