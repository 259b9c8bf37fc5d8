import { expect } from 'vitest';
import type { ServerPorts } from '../../../src/activities/servers/context.ts';

/** Waits until the balancer's state has been asked for `more` times from now on. */
export async function lookedAgain(
  { ports: { balancer } }: { readonly ports: Pick<ServerPorts, 'balancer'> },
  more = 2,
): Promise<void> {
  const { state } = balancer;
  let looks = 0;
  balancer.state = (pool) => {
    looks += 1;
    return state.call(balancer, pool);
  };
  await expect.poll(() => looks).toBeGreaterThanOrEqual(more);
}
