/** A server that the network does not reach, for a while or until somebody comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../support/deployed.ts';
import { Pair } from '../support/pair.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { poolTruth } from '../verifier/pool.ts';

const HEALS_AFTER_MS = 20_000;

describe('a partition', () => {
  it.concurrent.each([
    [6, 'the old container'],
    [7, 'the new container'],
  ])('in step %i, then a reboot with %s: waits for a person, and retry reconciles', (step) =>
    Pair.use(`partition-${step}`, async (pair) => {
      const run = await pair.deployUntil(step);
      await pair.ill.disconnect();
      await pair.expectWaiting(run, step);
      // The power is cut and comes back while nobody reaches the server; then the network heals.
      await pair.ill.cutPower();
      await pair.ill.powerOn();
      await pair.ill.reconnect();
      const { [pair.ill.name]: place } = await poolTruth(pair.stage.haproxy);
      expect(place?.admin, 'it comes back outside the pool').not.toBe('ready');
      await pair.expectReconciled(run);
    }),
  );

  it.concurrent('that heals after 20 s: the run goes on', () =>
    Pair.use('partition-heals', async (pair) => {
      const run = await pair.deployUntil(7);
      await pair.ill.disconnect();
      await sleep(HEALS_AFTER_MS);
      await pair.ill.reconnect();
      const { failure, status } = await run.end();
      expect(failure).toBeNull();
      const { version } = status;
      await expectOnly(pair.stage, { version, digest: await digestOf(pair.stage, version) });
    }));
});
