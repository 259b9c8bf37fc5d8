/** Whether a server really answers through the balancer: its state alone is never believed. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import { countedEn, type Localized, say } from '../../diagnostics/language.ts';
import type { BalancerSettings, HealthSettings } from '../../plan/settings.ts';
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import { diagnosed } from '../failures.ts';
import { type OnServer, type ServerPorts, seconds } from './context.ts';
import { type Manner, poolMannerOf } from './manner.ts';
import { type Clock, countDown, pause } from './pace.ts';
import { findServer, isMaintained, isServing, poolState } from './pool-state.ts';
import { missingRequests, type Proof, proofOf, SETTLE_MS, type Watch } from './proof.ts';
import { type Answer, askPool, describeAnswer, isServed } from './requests.ts';

const POLL_MS = 25;
/** Requests sent a round. */
const MAXIMUM_ROUND = 20;

/** What the way through the balancer is judged by. */
export interface PoolSettings {
  readonly balancer: BalancerSettings;
  readonly health: HealthSettings;
}

/** What whoever asks has seen of the balancer just before. */
export interface Seen {
  readonly process: string | null;
  /** The server was in the pool although it should not have been: it has just started anew. */
  readonly isForgotten: boolean;
}

/**
 * Sets the server ready, again where it is not, until the balancer does not call it ill and k answers in
 * a row came from it (`health.ready.successes`), at most `health.ready.limitSeconds`.
 * @returns a line of evidence
 * @throws ApplicationFailure POOL_NOT_SERVING with the last state and what to look at
 */
export async function waitUntilServing(
  ports: ServerPorts,
  input: OnServer,
  settings: PoolSettings,
  seen: Seen = { process: '', isForgotten: false },
): Promise<string> {
  const { ready } = settings.health;
  const manner = await poolMannerOf(ports, input, settings);
  const clock = countDown(ready.limitSeconds * 1000);
  const settledMs = seen.isForgotten ? SETTLE_MS : 0;
  const watch: Watch = { clock, process: seen.process, start: null, inRow: 0, settledMs };
  let last: Answer | null = null;
  for (;;) {
    const state = await setReady(ports, input, settings.balancer);
    const now = findServer(state, input.server);
    if (now !== null && isMaintained(now)) return maintainedMeanwhile(input);
    const proof = proofOf(watch, state, now, ready.successes);
    const isOver = clock.remainingMs() === 0;
    const isSettled = clock.elapsedMs() >= watch.settledMs || isOver;
    if (now !== null && isServing(now) && proof.answers >= proof.wanted && isSettled) {
      return served(input, proof, clock);
    }
    if (isOver) throw notServing(input, ready.limitSeconds, now, last, proof);
    const round = await sendRound(ports, input, settings.balancer, manner, state, proof);
    watch.inRow = round.every(isServed) ? watch.inRow + round.length : 0;
    // Another server's good answer would say nothing about what is wrong with this one.
    last = round.find((each) => !isServed(each)) ?? round.at(-1) ?? last;
    await pause(POLL_MS, clock);
  }
}

/** A balancer that does not know the server, or keeps it out itself, says so when it is asked. */
async function setReady(
  ports: ServerPorts,
  { server }: OnServer,
  balancer: BalancerSettings,
): Promise<PoolState> {
  const state = await poolState(ports, balancer);
  const now = findServer(state, server);
  if (now !== null && (now.admin === 'ready' || isMaintained(now))) return state;
  await ports.balancer.enable(balancer.pool, server);
  return poolState(ports, balancer);
}

/** None while the server could not answer any. */
async function sendRound(
  ports: ServerPorts,
  input: OnServer,
  { pool, verify }: BalancerSettings,
  manner: Manner,
  state: PoolState,
  proof: Proof,
): Promise<readonly Answer[]> {
  const missing = missingRequests(proof, state);
  const now = findServer(state, input.server);
  if (missing === 0 || now === null || !isServing(now)) return [];
  const count = Math.min(missing, MAXIMUM_ROUND);
  const url = `${await ports.balancer.url(pool)}${verify.path}`;
  return Promise.all(Array.from({ length: count }, () => askPool(ports.http, url, manner)));
}

function served(input: OnServer, { answers, isOwn }: Proof, clock: Clock): string {
  const time = seconds(clock.elapsedMs());
  if (!isOwn) {
    return say(
      input.run,
      `已加入负载均衡池，${time} 内经负载均衡连续 ${answers} 个请求正常；负载均衡不统计，无法得知由哪台服务器应答`,
      `in the pool, ${countedEn(answers, 'request')} in a row served through the load balancer within ${time}; it does not count, so which server answered is not known`,
    );
  }
  return say(
    input.run,
    `已加入负载均衡池，${time} 内经负载均衡应答 ${answers} 次`,
    `in the pool, ${countedEn(answers, 'answer')} through the balancer within ${time}`,
  );
}

function maintainedMeanwhile(input: OnServer): string {
  return say(
    input.run,
    '运维人员已设为 maint，保持不变',
    'an operator set maint meanwhile; it stays',
  );
}

function notServing(
  input: OnServer,
  limitSeconds: number,
  now: PoolServer | null,
  last: Answer | null,
  { answers, wanted, isOwn }: Proof,
): Error {
  const { server } = input;
  const answer = last === null ? '' : `; ${describeAnswer(input, last)}`;
  const { zh, en } = stateWord(now);
  const state = { zh: `${zh}${answer}`, en: `${en}${answer}` };
  const named = { server, seconds: limitSeconds, wanted, answers, state };
  return diagnosed(
    input.run,
    isOwn
      ? diagnose('POOL_NOT_SERVING', 'own', named)
      : diagnose('POOL_NOT_SERVING', 'pool', named),
  );
}

const HEALTH = {
  true: { zh: '健康', en: 'healthy' },
  false: { zh: '不健康', en: 'unhealthy' },
  null: { zh: '健康状况未知', en: 'health unknown' },
} as const;

function stateWord(now: PoolServer | null): Localized {
  if (now === null) return { zh: '不在池中', en: 'absent' };
  const { zh, en } = HEALTH[`${now.healthy}`];
  return { zh: `${now.admin}，${zh}`, en: `${now.admin}, ${en}` };
}
