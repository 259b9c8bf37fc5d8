/** Whether the first batch stays healthy while it serves. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import { countedEn, say } from '../../diagnostics/language.ts';
import type { ActionResult } from '../../plan/run.ts';
import type { BalancerSettings, HealthSettings } from '../../plan/settings.ts';
import type { PoolState } from '../../ports/load-balancer.ts';
import type { ObserveInput } from '../contract.ts';
import { diagnosed } from '../failures.ts';
import { type Counters, countersOf } from '../servers/baseline.ts';
import { reading } from '../servers/context.ts';
import { type Manner, mannerOf } from '../servers/manner.ts';
import { countDown, pause } from '../servers/pace.ts';
import { percent } from '../servers/performance.ts';
import { findServer, poolState } from '../servers/pool-state.ts';
import { type Answer, askServer, describeAnswer } from '../servers/requests.ts';
import type { FleetPorts } from './ports.ts';

type ObserveWork = Omit<ObserveInput, 'project'>;

const POLL_MS = 1_000;
/** A single lost answer is not an illness, two in a row are. */
const BAD_IN_ROW = 2;

interface Watched {
  readonly server: string;
  bad: number;
  answers: number;
}

/**
 * Polls the health path of each server and the balancer's counters for so long.
 * @throws ApplicationFailure CANARY_UNHEALTHY at the first server that is ill
 */
export async function observe(
  ports: FleetPorts,
  input: ObserveWork,
  health: HealthSettings,
  balancer: BalancerSettings,
): Promise<ActionResult> {
  const clock = countDown(input.seconds * 1000);
  const watched = input.servers.map((server): Watched => ({ server, bad: 0, answers: 0 }));
  const manner = await mannerOf(ports, input, health);
  const start = await poolState(ports, balancer);
  for (;;) {
    await Promise.all(watched.map((each) => look(ports, input, health, manner, each)));
    const now = await poolState(ports, balancer);
    const { counters } = ports.balancer.capabilities;
    const counted = counters ? countedSince(input.servers, start, now) : null;
    const isOver = clock.remainingMs() === 0;
    judgeErrors(input, balancer, counted, isOver);
    if (isOver) return healthy(input, watched, counted);
    await pause(POLL_MS, clock, { waitedMs: clock.elapsedMs() });
  }
}

async function look(
  ports: FleetPorts,
  input: ObserveWork,
  { path, status }: HealthSettings,
  manner: Manner,
  watched: Watched,
): Promise<void> {
  const host = ports.hosts.get(watched.server);
  const answer = await askServer(ports.http, host, manner, { path });
  const isGood = answer.kind === 'answered' && answer.status === status;
  watched.answers += 1;
  watched.bad = isGood ? 0 : watched.bad + 1;
  if (watched.bad >= BAD_IN_ROW) throw unhealthy(input, watched.server, answer);
}

/** Below the minimum of samples a rate says little, so it is judged only at the end. */
function judgeErrors(
  input: ObserveWork,
  { minimumSamples }: BalancerSettings,
  counted: Counters | null,
  isOver: boolean,
): void {
  const { maximumErrorPercent } = input;
  if (counted === null || maximumErrorPercent === null || counted.errors === 0) return;
  const { requests, errors } = counted;
  if (requests < minimumSamples && !isOver) return;
  const rate = percent(errors, Math.max(requests, errors));
  if (rate < maximumErrorPercent) return;
  const names = input.servers.join(', ');
  const named = { servers: names, requests, errors, rate, limit: maximumErrorPercent };
  throw diagnosed(input.run, diagnose('CANARY_UNHEALTHY', 'errors', named));
}

function countedSince(servers: readonly string[], start: PoolState, now: PoolState): Counters {
  let requests = 0;
  let errors = 0;
  for (const server of servers) {
    const [former, current] = [findServer(start, server), findServer(now, server)];
    if (former === null || current === null) continue;
    const [then, here] = [countersOf(former), countersOf(current)];
    if (then === null || here === null) continue;
    // A balancer that started anew counts from 0.
    const isAnew = here.requests < then.requests;
    requests += isAnew ? here.requests : here.requests - then.requests;
    errors += isAnew ? here.errors : Math.max(0, here.errors - then.errors);
  }
  return { requests, errors };
}

function unhealthy(input: ObserveWork, server: string, answer: Answer): Error {
  const named = { server, count: BAD_IN_ROW, answer: describeAnswer(input, answer) };
  return diagnosed(input.run, diagnose('CANARY_UNHEALTHY', 'health', named));
}

function healthy(
  input: ObserveWork,
  watched: readonly Watched[],
  counted: Counters | null,
): ActionResult {
  const checks = watched.reduce((sum, each) => sum + each.answers, 0);
  if (counted === null) return { facts: [], evidence: [uncountedLine(input, checks)] };
  const { requests, errors } = counted;
  const detail = say(
    input.run,
    `观察 ${input.seconds}s：${checks} 次健康检查，${requests} 个请求，失败 ${errors} 个`,
    `observed for ${input.seconds}s: ${countedEn(checks, 'health check')}, ${countedEn(requests, 'request')}, ${countedEn(errors, 'error')}`,
  );
  if (requests === 0) return { facts: [], evidence: [detail] };
  const rate = percent(errors, requests);
  return {
    facts: [{ id: 'service.error_rate', ...reading(rate, detail, requests) }],
    evidence: [detail],
  };
}

function uncountedLine({ seconds, ...input }: ObserveWork, checks: number): string {
  return say(
    input.run,
    `观察 ${seconds}s：${checks} 次健康检查；负载均衡不统计请求，错误率未测量`,
    `observed for ${seconds}s: ${checks} health checks; the load balancer does not count requests, so errors are not measured`,
  );
}
