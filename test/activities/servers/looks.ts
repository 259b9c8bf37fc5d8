import { expect } from 'vitest';
import type { Stage } from './stage.ts';

/** Waits until the balancer's state has been asked for `more` times from now on. */
export async function lookedAgain({ ports }: Stage, more = 2): Promise<void> {
  const { state } = ports.balancer;
  let looks = 0;
  ports.balancer.state = (pool) => {
    looks += 1;
    return state.call(ports.balancer, pool);
  };
  await expect.poll(() => looks).toBeGreaterThanOrEqual(more);
}
