/** The template's final rules, measured from the balancer's own counters since the enable. */

import { countedEn, say } from '../../diagnostics/language.ts';
import type { ActionResult, Fact } from '../../plan/run.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import { type Counters, countersOf, readBaseline, since } from './baseline.ts';
import { type OfRun, reading, type ServerPorts } from './context.ts';
import { percent, percentile } from './performance.ts';
import { findServer, poolState } from './pool-state.ts';
import { type Answer, isServed } from './requests.ts';
import type { PoolSettings } from './serving.ts';
import { sendThroughBalancer } from './traffic.ts';

/** Rounds of additional requests where customers sent too few. */
const TOP_UP_ROUNDS = 3;
/** Requests of our own whose times count. */
const TIMED_AT_ONCE = 2;

interface Outcome {
  /** null: the balancer does not count. */
  readonly counters: Counters | null;
  /** null: the balancer keeps no response times, or has none yet. */
  readonly p95Ms: number | null;
  /** Servers whose counters begin at the balancer's own start, not at the enable. */
  readonly anew: readonly string[];
}

interface OutcomeWork extends OfRun {
  readonly servers: readonly string[];
}

/**
 * measureOutcome: errors and p95 of the run's servers since they went back in. Where fewer than
 * `balancer.minimumSamples` requests came, more are sent through the balancer, a bounded number; so
 * too where the balancer itself does not count, or keeps no response times: what it does not tell is
 * then measured on our own requests.
 */
export async function measureSinceEnable(
  ports: ServerPorts,
  input: OutcomeWork,
  settings: PoolSettings,
): Promise<ActionResult> {
  const { minimumSamples } = settings.balancer;
  const own: Answer[] = [];
  let outcome = await readOutcome(ports, input, settings.balancer);
  for (let round = 0; round < TOP_UP_ROUNDS; round += 1) {
    const timed = outcome.p95Ms === null ? timesOf(own).length : minimumSamples;
    const counted = outcome.counters?.requests ?? own.length;
    const missing = minimumSamples - Math.min(counted, timed);
    if (missing <= 0) break;
    own.push(...(await sendThroughBalancer(ports, input, settings, missing, TIMED_AT_ONCE)));
    outcome = await readOutcome(ports, input, settings.balancer);
  }
  return describe(input, outcome, own, minimumSamples);
}

async function readOutcome(
  ports: ServerPorts,
  input: OutcomeWork,
  balancer: BalancerSettings,
): Promise<Outcome> {
  const state = await poolState(ports, balancer);
  let counters: Counters | null = { requests: 0, errors: 0 };
  const p95s: number[] = [];
  const anew: string[] = [];
  for (const server of input.servers) {
    const now = findServer(state, server);
    if (now === null) continue;
    const baseline = await readBaseline(ports, { ...input, server });
    if (baseline !== null && baseline.process !== state.process) anew.push(server);
    const here = countersOf(now);
    const counted = here === null ? null : since(baseline, here, state.process);
    counters = sumOf(counters, counted);
    if (now.p95Ms !== null && counted?.requests !== 0) p95s.push(now.p95Ms);
  }
  return { counters, p95Ms: p95s.length === 0 ? null : Math.max(...p95s), anew };
}

/** What one server does not tell, the sum does not either. */
function sumOf(one: Counters | null, other: Counters | null): Counters | null {
  if (one === null || other === null) return null;
  return { requests: one.requests + other.requests, errors: one.errors + other.errors };
}

/** Of answers that served somebody: a quick refusal is no quick response. */
function timesOf(answers: readonly Answer[]): readonly number[] {
  return answers.flatMap((each) =>
    each.kind === 'answered' && isServed(each) ? [each.durationMs] : [],
  );
}

/** Too few samples: nothing is returned as measured, so the rules fail rather than pass unseen. */
function describe(
  input: OfRun,
  outcome: Outcome,
  own: readonly Answer[],
  minimum: number,
): ActionResult {
  const { anew } = outcome;
  const { requests, errors } = outcome.counters ?? countersOfOwn(own);
  const counted = countedLine(input, outcome, own);
  const restarted = anew.length === 0 ? [] : [restartLine(input, anew)];
  if (requests === 0 || requests < minimum) {
    const few = say(
      input.run,
      `${counted}；少于要求的 ${minimum} 个样本`,
      `${counted}; fewer than the ${minimum} required samples`,
    );
    return { facts: [], evidence: [few, ...restarted] };
  }
  const rate: Fact = {
    id: 'service.error_rate',
    ...reading(percent(errors, requests), counted, requests),
  };
  const time = responseTime(input, outcome.p95Ms, requests, own, minimum);
  return {
    facts: time === null ? [rate] : [rate, time],
    evidence: [counted, ...restarted, ...(time?.detail === undefined ? [] : [time.detail])],
  };
}

function countersOfOwn(own: readonly Answer[]): Counters {
  return { requests: own.length, errors: own.filter((each) => !isServed(each)).length };
}

function countedLine(input: OfRun, { counters }: Outcome, own: readonly Answer[]): string {
  if (counters !== null) {
    const { requests, errors } = counters;
    return say(
      input.run,
      `加入负载均衡后 ${requests} 个请求（其中补发 ${own.length} 个），失败 ${errors} 个`,
      `${countedEn(requests, 'request')} since the enable (${own.length} of them sent to have enough), ${countedEn(errors, 'error')}`,
    );
  }
  const { requests, errors } = countersOfOwn(own);
  return say(
    input.run,
    `负载均衡不统计请求：经它自发 ${requests} 个，失败 ${errors} 个`,
    `the load balancer does not count requests: ${requests} of our own through it, ${countedEn(errors, 'error')}`,
  );
}

/** null: neither the balancer nor enough requests of our own tell it, so the criterion fails. */
function responseTime(
  input: OfRun,
  p95Ms: number | null,
  requests: number,
  own: readonly Answer[],
  minimum: number,
): Fact | null {
  if (p95Ms !== null) {
    const p95 = Math.round(p95Ms * 10) / 10;
    const detail = say(input.run, `负载均衡测得 p95 ${p95} ms`, `p95 by the balancer ${p95} ms`);
    return { id: 'health_check.response_time', ...reading(p95, detail, requests) };
  }
  const times = timesOf(own);
  const p95 = percentile(times, 95);
  if (p95 === null || times.length < minimum) return null;
  const detail = say(
    input.run,
    `经负载均衡的 ${times.length} 个请求 p95 ${p95} ms`,
    `p95 ${p95} ms of ${countedEn(times.length, 'request')} through the balancer`,
  );
  return { id: 'health_check.response_time', ...reading(p95, detail, times.length) };
}

function restartLine(input: OfRun, servers: readonly string[]): string {
  const names = servers.join(', ');
  return say(
    input.run,
    `负载均衡重启过：${names} 只计其后的请求`,
    `the load balancer restarted: for ${names}, only what came afterwards is counted`,
  );
}
