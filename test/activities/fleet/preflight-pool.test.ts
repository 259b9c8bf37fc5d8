/** How a server stands in the pool, as the preflight tells it. */
import { expect, it } from 'vitest';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightCheck, PreflightResult } from '../../../src/plan/run.ts';
import { run, type Stage, setStage, settings } from '../servers/stage.ts';

async function poolCheck(stage: Stage, server = 'app-server-1'): Promise<PreflightCheck> {
  const { preflightServer } = createFleetActivities({
    ...stage.ports,
    registry: createFakeRegistry(),
  });
  const result: PreflightResult = await stage.environment.run(preflightServer, {
    run,
    server,
    does: [],
    project: settings,
  });
  const found = result.checks.find(({ name }) => name === 'pool');
  if (found === undefined) throw new Error('no check of the pool');
  return found;
}

it('a server in the pool is as it should be', async () => {
  expect(await poolCheck(await setStage())).toMatchObject({ state: 'ok' });
});

it('one that answers and that the balancer calls ill is told, and the run goes on', async () => {
  const stage = await setStage();
  stage.world.member('app-server-1').unreachable = true;
  expect(await poolCheck(stage)).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('calls it ill, and it answers its own health check'),
  });
});

it('one that is ill itself is nothing against the balancer', async () => {
  const stage = await setStage({ old: { answer: () => ({ status: 500 }) } });
  stage.world.member('app-server-1').unreachable = true;
  expect(await poolCheck(stage)).toMatchObject({ state: 'ok' });
});

it("an operator's maint is told, and the run goes on", async () => {
  const stage = await setStage();
  stage.world.member('app-server-1').admin = 'maint';
  expect(await poolCheck(stage)).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('set by an operator'),
  });
});

it('a server that the balancer itself keeps out is a failure, with the reason', async () => {
  const stage = await setStage();
  Object.assign(stage.world.member('app-server-1'), {
    admin: 'maint',
    held: { zh: '它的主机名无法解析', en: 'its name does not resolve' },
  });
  expect(await poolCheck(stage)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(
      /itself keeps it out of the pool web: its name does not resolve/u,
    ),
  });
});
