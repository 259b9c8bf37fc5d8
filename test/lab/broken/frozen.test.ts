/**
 * A server that stands still (docker pause: every process of it stops, its connections stay open) in
 * each of steps 6 to 9: the other server is put back, the run waits for a person and says why, and once
 * the server goes on, `retry` puts it back too.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Pair } from '../support/pair.ts';

describe.concurrent.each([
  ['frozen-a', [6, 8]],
  ['frozen-b', [7, 9]],
])('a frozen server (%s)', (name, steps) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await Pair.start(name);
  });
  afterAll(async () => {
    await pair?.stage.close();
  });

  it.sequential.each(steps)('in step %i', async (step) => {
    const run = await pair.deploy();
    await run.untilStep(step, 'running');
    await pair.ill.freeze();
    await pair.expectWaiting(run, step);
    await pair.ill.thaw();
    await pair.expectReconciled(run);
  });
});
