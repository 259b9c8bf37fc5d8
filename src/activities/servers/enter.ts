/** Putting a server into the pool, believed only after real answers, and out again without them. */
import { ApplicationFailure } from '@temporalio/common';
import { say } from '../../diagnostics/language.ts';
import type { BalancerSettings } from '../../plan/settings.ts';
import { wordsOf } from '../failures.ts';
import { type OnServer, type ServerPorts } from './context.ts';
import { endIfCancelled, heartbeatWhile } from './pace.ts';
import { type PoolSettings, type Seen, waitUntilServing } from './serving.ts';

/**
 * @returns a line of evidence
 * @throws ApplicationFailure POOL_NOT_SERVING; the server is then out of the pool again
 */
export async function enterPool(
  ports: ServerPorts,
  input: OnServer,
  settings: PoolSettings,
  seen?: Seen,
): Promise<string> {
  ports.notes.want(input.run.requestId, input.server, 'in');
  try {
    return await heartbeatWhile(() => waitUntilServing(ports, input, settings, seen));
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'POOL_NOT_SERVING') throw error;
    const told = await takeOutAgain(ports, input, settings.balancer);
    const separator = error.message.endsWith('。') ? '' : ' ';
    throw ApplicationFailure.nonRetryable(`${error.message}${separator}${told}`, error.type);
  }
}

/** What does not serve must not be found by a customer, nor come in by itself when it wakes up. */
async function takeOutAgain(
  ports: ServerPorts,
  input: OnServer,
  { pool }: BalancerSettings,
): Promise<string> {
  const { server } = input;
  ports.notes.want(input.run.requestId, server, 'out');
  try {
    await heartbeatWhile(() => ports.balancer.drain(pool, server));
    return say(input.run, '该服务器已再次移出负载均衡池。', 'It is out of the pool again.');
  } catch (error) {
    await endIfCancelled();
    const { zh, en } = wordsOf(error);
    return say(
      input.run,
      `该服务器未能再次移出负载均衡池：${zh}`,
      `It could not be taken out of the pool again: ${en}`,
    );
  }
}
