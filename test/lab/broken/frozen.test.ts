/**
 * A server that stands still (docker pause: every process of it stops, its connections stay open) in
 * each of steps 6 to 9: the other server is put back, the run waits for a person and says why, and once
 * the server goes on, `retry` puts it back too.
 */
import { describe, it } from 'vitest';
import { Pair } from '../support/pair.ts';

describe('a frozen server', () => {
  it.concurrent.each([6, 7, 8, 9])('in step %i', (step) =>
    Pair.use(`frozen-${step}`, async (pair) => {
      const run = await pair.deployUntil(step);
      await pair.ill.freeze();
      await pair.expectWaiting(run, step);
      await pair.ill.thaw();
      await pair.expectReconciled(run);
    }),
  );
});
