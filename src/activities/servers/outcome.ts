/** The template's final rules, measured from the balancer's own counters since the enable. */
import type { ActionResult, Fact } from '../../plan/run.ts';
import type { PoolServer } from '../../ports/load-balancer.ts';
import { readBaseline, since } from './baseline.ts';
import { fact, type Scoped, type ServerPorts, say, section } from './context.ts';
import { percent } from './performance.ts';
import { findServer, poolState } from './pool-state.ts';
import { sendThroughBalancer } from './traffic.ts';

/** Rounds of additional requests where customers sent too few. */
const TOP_UP_ROUNDS = 3;

interface Outcome {
  readonly requests: number;
  readonly errors: number;
  readonly p95Ms: number | null;
}

/**
 * measureOutcome: errors and p95 of the run's servers since they went back in. Where fewer than
 * `balancer.minimumSamples` requests came, more are sent through the balancer, a bounded number.
 */
export async function measureSinceEnable(
  ports: ServerPorts,
  input: Scoped & { readonly servers: readonly string[] },
): Promise<ActionResult> {
  const { minimumSamples } = section(input, 'balancer');
  let sent = 0;
  let outcome = await readOutcome(ports, input);
  for (let round = 0; round < TOP_UP_ROUNDS && outcome.requests < minimumSamples; round += 1) {
    const missing = minimumSamples - outcome.requests;
    sent += (await sendThroughBalancer(ports, input, missing)).length;
    outcome = await readOutcome(ports, input);
  }
  return describe(input, outcome, sent, minimumSamples);
}

async function readOutcome(
  ports: ServerPorts,
  input: Scoped & { readonly servers: readonly string[] },
): Promise<Outcome> {
  const state = await poolState(ports, input);
  let requests = 0;
  let errors = 0;
  const p95s: number[] = [];
  for (const server of input.servers) {
    const now: PoolServer | null = findServer(state, server);
    if (now === null) continue;
    const counted = since(await readBaseline(ports, { ...input, server }), now);
    requests += counted.requests;
    errors += counted.errors;
    if (now.p95Ms !== null && counted.requests > 0) p95s.push(now.p95Ms);
  }
  return { requests, errors, p95Ms: p95s.length === 0 ? null : Math.max(...p95s) };
}

/** Too few samples: nothing is returned as measured, so the rules fail rather than pass unseen. */
function describe(input: Scoped, outcome: Outcome, sent: number, minimum: number): ActionResult {
  const { requests, errors, p95Ms } = outcome;
  const counted = say(
    input,
    `加入负载均衡后 ${requests} 个请求（其中补发 ${sent} 个），失败 ${errors} 个`,
    `${requests} requests since the enable (${sent} of them sent to have enough), ${errors} errors`,
  );
  if (requests === 0 || requests < minimum) {
    const few = say(
      input,
      `${counted}；少于要求的 ${minimum} 个样本`,
      `${counted}; fewer than the ${minimum} required samples`,
    );
    return { facts: [], evidence: [few] };
  }
  const facts: Fact[] = [fact('service.error_rate', percent(errors, requests), counted, requests)];
  const lines = [counted];
  if (p95Ms !== null) {
    const p95 = Math.round(p95Ms * 10) / 10;
    const detail = say(input, `负载均衡测得 p95 ${p95} ms`, `p95 by the balancer ${p95} ms`);
    facts.push(fact('health_check.response_time', p95, detail, requests));
    lines.push(detail);
  }
  return { facts, evidence: lines };
}
