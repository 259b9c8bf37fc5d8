/** Whether a server really answers through the balancer: its state alone is never believed. */
import type { PoolServer } from '../../ports/load-balancer.ts';
import { fail, type Scoped, type ServerPorts, say, seconds, section, serverOf } from './context.ts';
import { countDown, pause } from './pace.ts';
import { poolServer, poolState } from './pool-state.ts';
import { type Answer, ask, describeAnswer, isServed } from './requests.ts';

const POLL_MS = 50;
/** Requests sent a round; the balancer spreads them over all servers of the pool. */
const MAXIMUM_ROUND = 20;

/**
 * Waits until the balancer calls the server healthy and k answers in a row came from it
 * (`health.ready.successes`), at most `health.ready.limitSeconds`.
 * @returns a line of evidence
 * @throws ApplicationFailure POOL_NOT_SERVING with the last state and what to look at
 */
export async function waitUntilServing(ports: ServerPorts, input: Scoped): Promise<string> {
  const { ready } = section(input, 'health');
  const clock = countDown(ready.limitSeconds * 1000);
  const server = serverOf(input);
  let start: PoolServer | null = null;
  let last: Answer | null = null;
  let now = await poolServer(ports, input);
  for (;;) {
    // An error of this server since the last look begins the count again.
    if (start === null || now === null || now.errors > start.errors) start = now;
    const answers = now === null || start === null ? 0 : answered(now) - answered(start);
    if (now?.admin === 'ready' && now.healthy && answers >= ready.successes) {
      return say(
        input,
        `已加入负载均衡池，${seconds(clock.elapsedMs())} 内经负载均衡应答 ${answers} 次`,
        `in the pool, ${answers} answers through the balancer within ${seconds(clock.elapsedMs())}`,
      );
    }
    if (clock.remainingMs() === 0) throw notServing(input, server, now, last, answers);
    last = await sendRound(ports, input, now);
    await pause(POLL_MS, clock);
    now = await poolServer(ports, input);
  }
}

/** Requests that have been answered; those in flight have been counted when they began. */
function answered(server: PoolServer): number {
  return server.requests - server.active;
}

/** One request for each server that takes them, so that this one's turn comes. */
async function sendRound(
  ports: ServerPorts,
  input: Scoped,
  now: PoolServer | null,
): Promise<Answer | null> {
  if (now === null || !now.healthy) return null;
  const { pool, verify } = section(input, 'balancer');
  const state = await poolState(ports, input);
  const takers = state.servers.filter((each) => each.admin === 'ready' && each.healthy).length;
  const url = `${await ports.balancer.url(pool)}${verify.path}`;
  const timeoutMs = section(input, 'health').timeoutSeconds * 1000;
  const round = Array.from({ length: Math.min(Math.max(takers, 1), MAXIMUM_ROUND) }, () =>
    ask(ports.http, { url, timeoutMs }),
  );
  const answers = await Promise.all(round);
  // Another server's good answer would say nothing about what is wrong with this one.
  return answers.find((each) => !isServed(each)) ?? answers.at(-1) ?? null;
}

function notServing(
  input: Scoped,
  server: string,
  now: PoolServer | null,
  last: Answer | null,
  answers: number,
): Error {
  const { limitSeconds, successes } = section(input, 'health').ready;
  const state = now === null ? 'absent' : `${now.admin}, ${now.healthy ? 'healthy' : 'unhealthy'}`;
  const answer = last === null ? '' : `; ${describeAnswer(last)}`;
  return fail(
    'POOL_NOT_SERVING',
    say(
      input,
      `${server}: ${limitSeconds}s 内未能经负载均衡应答 ${successes} 次（${answers} 次，状态 ${state}${answer}）。` +
        '请检查负载均衡到该服务器服务端口的连通与健康检查',
      `${server} did not give ${successes} answers through the balancer within ${limitSeconds}s ` +
        `(${answers}; state ${state}${answer}). ` +
        'Check that the balancer reaches the service port of this server, and its health check',
    ),
  );
}
