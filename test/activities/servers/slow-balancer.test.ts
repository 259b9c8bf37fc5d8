/** A balancer that takes its time, as one does that reloads: whoever waits for it is not given up. */
import { expect, it } from 'vitest';
import { setStage, valueOf } from './stage.ts';

it('heartbeats while a server is taken out', async () => {
  const stage = await setStage();
  const { balancer } = stage.ports;
  const { drain } = balancer;
  let beats = 0;
  let beatsMeanwhile = 0;
  stage.environment.on('heartbeat', () => {
    beats += 1;
  });
  Object.assign(balancer, {
    async drain(pool: string, server: string) {
      const before = beats;
      await expect.poll(() => beats, { timeout: 10_000 }).toBeGreaterThan(before);
      beatsMeanwhile = beats - before;
      await drain(pool, server);
    },
  });
  expect(valueOf(await stage.act('pool.drain'), 'pool.removed')).toBe(true);
  expect(beatsMeanwhile).toBeGreaterThan(0);
});
