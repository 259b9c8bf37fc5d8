/**
 * Servers in batches behind nginx while customers come: not one request fails, although it never sends
 * one twice, and its own log counts what the customers count.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/plan/plan.ts';
import { seedText } from '../../e2e/support/stage.ts';
import type { EndedRun } from '../../e2e/support/stage-run.ts';
import { Load, type LoadSeen } from '../load/load.ts';
import { RunningNginx, UPSTREAM } from '../nginx/support/running-nginx.ts';
import { withoutCounters } from '../nginx/support/told.ts';
import { type Deployed, deployed, digestOf } from '../support/deployed.ts';
import { until } from '../support/shell.ts';
import { type DeployOptions, type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';

const TEMPLATE = new URL('../../../templates/rolling-deployment.md', import.meta.url);
const PER_SECOND = 150;
/** One in so many takes 5 s. */
const SLOW_EVERY = 40;
/** About half of what goes out at this rate while the runs last. */
const LEAST_REQUESTS = 10_000;
const LOG_LIMIT_MS = 5_000;

interface Seen {
  readonly ended: EndedRun;
  readonly load: LoadSeen;
}

describe('six servers in batches behind nginx', () => {
  let stage: LabStage;
  let nginx: RunningNginx;
  let file: string;
  let former: Deployed;
  let requests = 0;

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'nginx',
      servers: 6,
      templates: {
        'deployment.md': withoutCounters(seedText),
        'rolling-deployment.md': withoutCounters(readFileSync(TEMPLATE, 'utf8')),
      },
      releases: {
        'v3.0.0': {},
        'v4.1.0': { behaviour: 'errors 10' },
        'v4.2.0': { behaviour: 'sickens 6' },
      },
      front: async ({ servers }) => {
        nginx = await RunningNginx.start({
          servers: servers.map(({ address, name }) => `server ${address}:8080; # ${name}`),
          upstream: '  keepalive 32;',
        });
        file = nginx.read();
        const entry = {
          upstream_file: nginx.upstreamFile,
          pid_file: nginx.pidFile,
          command: nginx.command,
        };
        return {
          kind: 'nginx',
          pool: UPSTREAM,
          url: nginx.url,
          nginx: [entry],
          verify: { requests: 30, path: '/version' },
          minimum_samples: 10,
        };
      },
    });
    former = await deployed(stage, 'v1.0.0');
  });
  afterAll(async () => {
    await stage?.close();
    await nginx?.close();
  });

  /** A run from its beginning to its end under load; what the customers saw is judged here. */
  async function underLoad(
    version: string,
    parameters: Readonly<Record<string, Json>>,
    options: DeployOptions = {},
  ): Promise<Seen> {
    const mark = `load-${version}`;
    const load = new Load({ url: nginx.url, mark, perSecond: PER_SECOND, slowEvery: SLOW_EVERY });
    const ended = await (await stage.deploy(version, parameters, options)).end();
    const seen = await load.stop();
    requests += seen.sent;
    expect(seen.failures).toEqual([]);
    expect(seen.statuses).toEqual({ 200: seen.sent });
    expect(seen.slow).toBeGreaterThan(0);
    const logged = (): boolean => nginx.logged(mark)['200'] === seen.sent;
    await until("nginx's log has every request", async () => logged(), LOG_LIMIT_MS).catch(
      () => undefined,
    );
    expect(nginx.logged(mark)).toEqual({ 200: seen.sent });
    // Every server is back, and nothing else of the file has changed.
    expect(nginx.read()).toBe(file);
    return { ended, load: seen };
  }

  it('the rolling template: a canary, then larger batches', async () => {
    const times = { observe: '6s', batch_pause: '1s' };
    const type = { type: 'rolling_deployment_v1' };
    const { ended, load } = await underLoad('v2.0.0', times, type);
    expect(ended.failure).toBeNull();
    expect(Object.keys(load.versions).sort()).toEqual(['v1.0.0', 'v2.0.0']);
    expect(ended.status.withoutServiceMs).toBe(0);
    former = { version: 'v2.0.0', digest: await digestOf(stage, 'v2.0.0') };
    await expectOnly(stage, former);
  });

  it('the seed in batches from the request, with a floor', async () => {
    const { ended, load } = await underLoad('v3.0.0', { batches: '34%', minimum_in_pool: '50%' });
    expect(ended.failure).toBeNull();
    expect(Object.keys(load.versions).sort()).toEqual(['v2.0.0', 'v3.0.0']);
    former = { version: 'v3.0.0', digest: await digestOf(stage, 'v3.0.0') };
    await expectOnly(stage, former);
  });

  it.each([
    ['v4.1.0', 'fails before it gets customers', 8],
    ['v4.2.0', 'falls ill while it is observed', null],
  ])('%s %s: it ends with the canary', async (version, _what, step) => {
    const { ended, load } = await underLoad(version, { batches: [1, '50%'], observe: '10s' });
    expect(ended.failure?.type).toBe('RUN_ROLLED_BACK');
    const { failure, servers } = ended.status;
    if (step !== null) expect(failure?.step).toBe(step);
    expect(failure?.message).toContain(stage.server(0).name);
    expect(load.versions[version] ?? 0).toBeLessThan(load.sent / 3);
    expect(servers.filter(({ version: now }) => now === version)).toEqual([]);
    await expectOnly(stage, former);
  });

  it('has answered all that were sent, and its workers of before have ended', async () => {
    expect(requests).toBeGreaterThanOrEqual(LEAST_REQUESTS);
    await until('the last workers of before have ended', async () => nginx.leaving().length === 0);
    expect(nginx.errors()).not.toMatch(/\[(?:emerg|alert|crit)\]/u);
  });
});
