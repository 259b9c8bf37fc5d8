/** HAProxy in a run: it reloads, it is down for a while, an operator keeps a server out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edited, seedText } from '../../e2e/support/stage.ts';
import { type Deployed, deployed, digestOf } from '../support/deployed.ts';
import type { LabServer } from '../support/server.ts';
import { until } from '../support/shell.ts';
import { type LabStage, startLabStage } from '../support/stage.ts';
import { expectOnly } from '../verifier/expect-only.ts';
import { labState } from '../verifier/lab-state.ts';
import { poolTruth } from '../verifier/pool.ts';

const NOTICED_LIMIT_MS = 5_000;
const AWAY_MS = 8_000;

describe('the balancer in a run', () => {
  let stage: LabStage;
  let first: LabServer;
  let second: LabServer;
  let former: Deployed;

  beforeAll(async () => {
    stage = await startLabStage({
      name: 'balancer',
      servers: 2,
      releases: {
        'v2.1.0': { behaviour: 'warms 5' },
        'v2.2.0': { behaviour: 'warms 5' },
        'v2.3.0': { behaviour: 'exits' },
      },
    });
    // This is about the balancer: how quickly a busy machine answers then decides nothing here.
    stage.write(
      'templates/deployment.md',
      edited(seedText, '响应时间 < 500ms', '响应时间 < 5000ms'),
    );
    [first, second] = [stage.server(0), stage.server(1)];
    former = await deployed(stage, 'v1.0.0');
  });
  afterAll(() => stage?.close());

  it('gets the states of the run again after a reload', async () => {
    const run = await stage.deploy('v2.1.0');
    await run.untilStep(7, 'running');
    await stage.haproxy.reload();
    const out = async (): Promise<boolean> => {
      const states = Object.values(await poolTruth(stage.haproxy));
      return states.every(({ admin }) => admin !== 'ready');
    };
    await until('both servers are out of the pool again', out, NOTICED_LIMIT_MS);
    expect((await run.status()).steps.find(({ number }) => number === 7)?.state).toBe('running');
    expect((await run.end()).failure).toBeNull();
    former = { version: 'v2.1.0', digest: await digestOf(stage, 'v2.1.0') };
    await expectOnly(stage, former);
  });

  it('may be down for a while', async () => {
    const run = await stage.deploy('v2.2.0');
    await run.untilStep(7, 'running');
    await stage.haproxy.stop();
    await sleep(AWAY_MS);
    await stage.haproxy.start();
    expect((await run.end()).failure).toBeNull();
    former = { version: 'v2.2.0', digest: await digestOf(stage, 'v2.2.0') };
    await expectOnly(stage, former);
  });

  it.each([
    ['v2.3.0', 'RUN_ROLLED_BACK'],
    ['v2.0.0', null],
  ])("keeps an operator's maint: %s ends with %s", async (version, type) => {
    await stage.haproxy.ask(`set server app/${second.name} state maint`);
    const run = await stage.deploy(version);
    expect((await run.end()).failure?.type ?? null).toBe(type);
    if (type === null) former = { version, digest: await digestOf(stage, version) };
    await expectOnly(stage, { ...former, servers: [first.name] });
    const { servers, pool, answers } = await labState(stage);
    expect(pool[second.name]?.admin).toBe('maint');
    expect(servers[second.name]).toMatchObject({
      running: [former.digest],
      version: former.version,
    });
    expect(answers).toEqual({ [former.version]: 6 });
  });
});
