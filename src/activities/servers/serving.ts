/** Whether a server really answers through the balancer: its state alone is never believed. */
import type { PoolServer, PoolState } from '../../ports/load-balancer.ts';
import { fail, type Scoped, type ServerPorts, say, seconds, section, serverOf } from './context.ts';
import { type Clock, countDown, pause } from './pace.ts';
import { findServer, isMaintained, isServing, poolState } from './pool-state.ts';
import { type Answer, ask, describeAnswer, isServed } from './requests.ts';

const POLL_MS = 25;
/** Requests sent a round; the balancer spreads them over all servers of the pool. */
const MAXIMUM_ROUND = 20;
/**
 * After a balancer has started anew, what was set is watched for so long: whoever guards the pool
 * looks four times a second, and may set again what the run wanted a moment ago.
 */
const SETTLE_MS = 600;

/** What whoever asks has seen of the balancer just before. */
export interface Seen {
  readonly process: string;
  /** The server was in the pool although it should not have been: it has just started anew. */
  readonly isForgotten: boolean;
}

/** What has been seen so far. */
interface Watch {
  readonly clock: Clock;
  process: string;
  /** From when on answers count; an error of the server, or another balancer, begins anew. */
  start: PoolServer | null;
  /** Not believed before this time. */
  settledMs: number;
}

/**
 * Sets the server ready, again where it is not, until the balancer calls it healthy and k answers in
 * a row came from it (`health.ready.successes`), at most `health.ready.limitSeconds`.
 * @returns a line of evidence
 * @throws ApplicationFailure POOL_NOT_SERVING with the last state and what to look at
 */
export async function waitUntilServing(
  ports: ServerPorts,
  input: Scoped,
  seen: Seen = { process: '', isForgotten: false },
): Promise<string> {
  const { ready } = section(input, 'health');
  const clock = countDown(ready.limitSeconds * 1000);
  const settledMs = seen.isForgotten ? SETTLE_MS : 0;
  const watch: Watch = { clock, process: seen.process, start: null, settledMs };
  let last: Answer | null = null;
  for (;;) {
    const state = await setReady(ports, input);
    const now = findServer(state, serverOf(input));
    if (now !== null && isMaintained(now)) return maintainedMeanwhile(input);
    const answers = countAnswers(watch, state.process, now);
    const isOver = clock.remainingMs() === 0;
    const isSettled = clock.elapsedMs() >= watch.settledMs || isOver;
    if (now !== null && isServing(now) && answers >= ready.successes && isSettled) {
      return served(input, answers, clock);
    }
    if (isOver) throw notServing(input, now, last, answers);
    last = (await sendRound(ports, input, state, ready.successes - answers)) ?? last;
    await pause(POLL_MS, clock);
  }
}

/** A balancer that does not know the server, or keeps it out itself, says so when it is asked. */
async function setReady(ports: ServerPorts, input: Scoped): Promise<PoolState> {
  const server = serverOf(input);
  const state = await poolState(ports, input);
  const now = findServer(state, server);
  if (now !== null && (now.admin === 'ready' || isMaintained(now))) return state;
  await ports.balancer.enable(section(input, 'balancer').pool, server);
  return poolState(ports, input);
}

function countAnswers(watch: Watch, process: string, now: PoolServer | null): number {
  if (watch.process !== process) {
    if (watch.process !== '') watch.settledMs = watch.clock.elapsedMs() + SETTLE_MS;
    watch.process = process;
    watch.start = null;
  }
  if (watch.start === null || now === null || now.errors > watch.start.errors) watch.start = now;
  return now === null || watch.start === null ? 0 : answered(now) - answered(watch.start);
}

/** Requests that have been answered; those in flight have been counted when they began. */
function answered(server: PoolServer): number {
  return server.requests - server.active;
}

/** As many requests for each server that takes them as are missing, so that this one's turns come. */
async function sendRound(
  ports: ServerPorts,
  input: Scoped,
  state: PoolState,
  missing: number,
): Promise<Answer | null> {
  const now = findServer(state, serverOf(input));
  if (missing <= 0 || now === null || !isServing(now)) return null;
  const { pool, verify } = section(input, 'balancer');
  const count = Math.min(state.servers.filter(isServing).length * missing, MAXIMUM_ROUND);
  const url = `${await ports.balancer.url(pool)}${verify.path}`;
  const timeoutMs = section(input, 'health').timeoutSeconds * 1000;
  const round = Array.from({ length: count }, () => ask(ports.http, { url, timeoutMs }));
  const answers = await Promise.all(round);
  // Another server's good answer would say nothing about what is wrong with this one.
  return answers.find((each) => !isServed(each)) ?? answers.at(-1) ?? null;
}

function served(input: Scoped, answers: number, clock: Clock): string {
  const time = seconds(clock.elapsedMs());
  return say(
    input,
    `已加入负载均衡池，${time} 内经负载均衡应答 ${answers} 次`,
    `in the pool, ${answers} answers through the balancer within ${time}`,
  );
}

function maintainedMeanwhile(input: Scoped): string {
  return say(input, '运维人员已设为 maint，保持不变', 'an operator set maint meanwhile; it stays');
}

function notServing(
  input: Scoped,
  now: PoolServer | null,
  last: Answer | null,
  answers: number,
): Error {
  const server = serverOf(input);
  const { limitSeconds, successes } = section(input, 'health').ready;
  const state = now === null ? 'absent' : `${now.admin}, ${now.healthy ? 'healthy' : 'unhealthy'}`;
  const answer = last === null ? '' : `; ${describeAnswer(last)}`;
  return fail(
    'POOL_NOT_SERVING',
    say(
      input,
      `${server}: ${limitSeconds}s 内未能经负载均衡应答 ${successes} 次（${answers} 次，状态 ${state}${answer}）。` +
        '请检查负载均衡到该服务器服务端口的连通与健康检查。',
      `${server} did not give ${successes} answers through the balancer within ${limitSeconds}s ` +
        `(${answers}; state ${state}${answer}). ` +
        'Check that the balancer reaches the service port of this server, and its health check.',
    ),
  );
}
