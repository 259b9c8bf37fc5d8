/** A balancer that cannot always tell how many requests are in flight, and says what it waits for. */
import { describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { failure } from '../../../src/adapters/refusal.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import { diagnose } from '../../../src/diagnostics/diagnose.ts';
import type { PreflightResult } from '../../../src/plan/run.ts';
import { run, SERVERS, type Stage, setStage, settings, valueOf } from './stage.ts';

const AWAITED = { zh: '旧进程', en: 'old workers still finish requests' };

/** Old workers are left, whose requests to the server are so many; null: it is not known. */
async function withOldWorkers(active: number | null): Promise<Stage> {
  const stage = await setStage();
  const { balancer } = stage.ports;
  const { state } = balancer;
  Object.assign(balancer, {
    async state(pool: string) {
      const now = await state(pool);
      const servers = now.servers.map((each) => ({ ...each, active, awaited: AWAITED }));
      return { ...now, servers };
    },
  });
  await stage.act('pool.drain');
  return stage;
}

describe('a wait for requests in flight', () => {
  const wait = { settings: { limitSeconds: 0.2 } };

  it('names what it waited for where nobody knows what remains', async () => {
    const { facts, evidence } = await (await withOldWorkers(null)).act('connections.wait', wait);
    expect(facts).toEqual([]);
    expect(evidence).toEqual([
      `waited for the whole limit, 0.2s; how many requests remain is not known: ${AWAITED.en}`,
    ]);
  });

  it('names it beside the number that remains', async () => {
    const result = await (await withOldWorkers(2)).act('connections.wait', wait);
    expect(valueOf(result, 'connections.active')).toBe(2);
    expect(result.evidence).toEqual([expect.stringContaining('2 in flight after'), AWAITED.en]);
  });

  it('has nothing to add where nothing remains', async () => {
    const result = await (await withOldWorkers(0)).act('connections.wait', wait);
    expect(result.evidence).toEqual([expect.stringContaining('nothing in flight')]);
  });
});

describe('a balancer that could not be changed', () => {
  const sentence = failure('f', diagnose('CONFLICT', 'nginxNotLoaded', { nginx: 'n', file: 'f' }));

  async function poolOf(does: readonly ActionId[]): Promise<PreflightResult | undefined> {
    const stage = await setStage();
    Object.assign(stage.ports.balancer, { assertChangeable: () => Promise.reject(sentence) });
    const registry = createFakeRegistry();
    const { preflightShared } = createFleetActivities({ ...stage.ports, registry });
    const results: readonly PreflightResult[] = await stage.environment.run(preflightShared, {
      run,
      servers: SERVERS,
      does,
      project: settings,
    });
    return results.find(({ subject }) => subject === 'balancer');
  }

  it('fails the preflight, before a server leaves the pool', async () => {
    expect(await poolOf(['pool.drain', 'pool.enable'])).toMatchObject({
      reachable: true,
      checks: [
        { name: 'pool', state: 'failed', detail: expect.stringContaining('has not loaded') },
      ],
    });
  });

  it('is nothing to a run that changes none', async () => {
    expect(await poolOf(['health.endpoint'])).toMatchObject({ checks: [{ state: 'ok' }] });
  });
});
