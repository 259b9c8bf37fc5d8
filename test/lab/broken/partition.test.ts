/** A server that the network does not reach, for a while or until somebody comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../support/deployed.ts';
import { Pair } from '../support/pair.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { labState } from '../verifier/lab-state.ts';

const HEALS_AFTER_MS = 20_000;

describe('a partition', () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await Pair.start('partition');
  });
  afterAll(async () => {
    await pair?.stage.close();
  });

  /** The server's power is cut and comes back while nobody reaches it; then the network heals. */
  async function rebootAndReconnect(): Promise<void> {
    await pair.ill.cutPower();
    await pair.ill.powerOn();
    await pair.ill.reconnect();
    const { pool } = await labState(pair.stage);
    expect(pool[pair.ill.name]?.admin, 'it comes back outside the pool').not.toBe('ready');
  }

  it.each([
    [6, 'the old container'],
    [7, 'the new container'],
  ])(
    'in step %i, then a reboot with %s: waits for a person, and retry reconciles',
    async (step) => {
      const run = await pair.deploy();
      await run.untilStep(step, 'running');
      await pair.ill.disconnect();
      await pair.expectWaiting(run, step);
      await rebootAndReconnect();
      await pair.expectReconciled(run);
    },
  );

  it('that heals after 20 s: the run goes on', async () => {
    const run = await pair.deploy();
    await run.untilStep(7, 'running');
    await pair.ill.disconnect();
    await sleep(HEALS_AFTER_MS);
    await pair.ill.reconnect();
    const { failure } = await run.end();
    expect(failure).toBeNull();
    const digest = await digestOf(pair.stage, 'v2.1.0');
    await expectOnly(pair.stage, { digest, version: 'v2.1.0' });
  });
});
