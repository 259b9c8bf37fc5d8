/**
 * Ten servers in batches while customers come: not one request fails, the pool never falls below its
 * floor, and HAProxy's own log counts what the customers count.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/plan/plan.ts';
import type { EndedRun } from '../../e2e/support/stage-run.ts';
import { Load, type LoadSeen } from '../load/load.ts';
import { type PoolSeen, PoolWatch } from '../load/pool-watch.ts';
import { type Deployed, deployed, digestOf } from '../support/deployed.ts';
import { until } from '../support/shell.ts';
import { type DeployOptions, type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';

const TEMPLATE = new URL('../../../templates/rolling-deployment.md', import.meta.url);
const PER_SECOND = 300;
/** One in so many takes 5 s. */
const SLOW_EVERY = 40;
/** About half of what goes out at this rate while the runs last. */
const LEAST_REQUESTS = 15_000;
const LOG_LIMIT_MS = 3_000;

interface Seen {
  readonly ended: EndedRun;
  readonly load: LoadSeen;
  readonly pool: PoolSeen;
}

describe('ten servers in batches', () => {
  let stage: LabStage;
  let former: Deployed;
  let requests = 0;

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'rolling',
      servers: 10,
      templates: { 'rolling-deployment.md': readFileSync(TEMPLATE, 'utf8') },
      releases: {
        'v3.0.0': {},
        'v4.1.0': { behaviour: 'errors 10' },
        'v4.2.0': { behaviour: 'sickens 6' },
      },
    });
    former = await deployed(stage, 'v1.0.0');
  });
  afterAll(() => stage?.close());

  /** A run from its beginning to its end under load; what the customers saw is judged here. */
  async function underLoad(
    version: string,
    parameters: Readonly<Record<string, Json>>,
    options: DeployOptions = {},
  ): Promise<Seen> {
    const mark = `load-${version}`;
    const { url } = stage.haproxy;
    const watch = new PoolWatch(stage.haproxy);
    const load = new Load({ url, mark, perSecond: PER_SECOND, slowEvery: SLOW_EVERY });
    const ended = await (await stage.deploy(version, parameters, options)).end();
    const [seen, pool] = await Promise.all([load.stop(), watch.stop()]);
    requests += seen.sent;
    const course = pool.course.join('\n');
    expect(seen.failures, course).toEqual([]);
    expect(seen.statuses, course).toEqual({ 200: seen.sent });
    expect(seen.slow).toBeGreaterThan(0);
    const logged = (): boolean => stage.haproxy.logged(mark)['200'] === seen.sent;
    await until("HAProxy's log has every request", logged, LOG_LIMIT_MS).catch(() => undefined);
    expect(stage.haproxy.logged(mark)).toEqual({ 200: seen.sent });
    return { ended, load: seen, pool };
  }

  it('the rolling template: a canary, then larger batches', async () => {
    const times = { observe: '6s', batch_pause: '1s' };
    const type = { type: 'rolling_deployment_v1' };
    const { ended, load, pool } = await underLoad('v2.0.0', times, type);
    expect(ended.failure).toBeNull();
    expect(pool.fewest, pool.course.join('\n')).toBeGreaterThanOrEqual(5);
    expect(pool.samples).toBeGreaterThan(200);
    expect(Object.keys(load.versions).sort()).toEqual(['v1.0.0', 'v2.0.0']);
    expect(ended.status.withoutServiceMs).toBe(0);
    former = { version: 'v2.0.0', digest: await digestOf(stage, 'v2.0.0') };
    await expectOnly(stage, former);
  });

  it('the seed as it is, with batches from the request', async () => {
    const rolling = { batches: '25%', minimum_in_pool: '80%' };
    const { ended, load, pool } = await underLoad('v3.0.0', rolling);
    expect(ended.failure).toBeNull();
    expect(pool.fewest, pool.course.join('\n')).toBeGreaterThanOrEqual(8);
    expect(Object.keys(load.versions).sort()).toEqual(['v2.0.0', 'v3.0.0']);
    former = { version: 'v3.0.0', digest: await digestOf(stage, 'v3.0.0') };
    await expectOnly(stage, former);
  });

  it.each([
    ['v4.1.0', 'fails before it gets customers', 8],
    ['v4.2.0', 'falls ill while it is observed', null],
  ])('%s %s: it ends with the canary', async (version, _what, step) => {
    const rolling = { batches: [1, '50%'], observe: '10s' };
    const { ended, load, pool } = await underLoad(version, rolling);
    expect(ended.failure?.type).toBe('RUN_ROLLED_BACK');
    const { failure, servers } = ended.status;
    if (step !== null) expect(failure?.step).toBe(step);
    const [canary = ''] = stage.servers.map(({ name }) => name);
    expect(failure?.message).toContain(canary);
    expect(pool.fewest, pool.course.join('\n')).toBe(stage.servers.length - 1);
    const out = pool.course.flatMap((line) => [...line.matchAll(/\bh\d+/gu)].map(([name]) => name));
    expect([...new Set(out)], 'only the canary left the pool').toEqual([canary]);
    expect(load.versions[version] ?? 0).toBeLessThan(load.sent / 5);
    expect(servers.filter(({ version: now }) => now === version)).toEqual([]);
    await expectOnly(stage, former);
  });

  it('has answered all that were sent', () => {
    expect(requests).toBeGreaterThanOrEqual(LEAST_REQUESTS);
  });
});
