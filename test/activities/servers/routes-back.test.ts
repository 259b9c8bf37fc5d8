/** What a run set in the balancer comes back as it was, from whatever point it had reached. */
import { describe, expect, it } from 'vitest';
import type { ServerBefore } from '../../../src/plan/run.ts';
import type { BalancerSettings } from '../../../src/plan/settings.ts';
import { actionInput, run, type Stage, setStage, withSettings } from './stage.ts';

const [ONE, TWO] = ['app-server-1', 'app-server-2'] as const;
const WANTED: Partial<BalancerSettings> = {
  weights: { [ONE]: 5 },
  routes: { '/api': 'web', '/new': 'web' },
};

/** `/api` led elsewhere before, `/new` is a new route; another service has one of its own. */
async function staged(): Promise<Stage> {
  const stage = await setStage();
  stage.world.otherPools.add('old');
  stage.world.routes = { '/api': 'old', '/shop': 'web' };
  return stage;
}

const project = withSettings('balancer', WANTED);

function probed(stage: Stage, server: string, given = project): Promise<ServerBefore> {
  const asked = { run, server, project: given };
  return stage.environment.run(stage.activities.probeServer, asked) as Promise<ServerBefore>;
}

function update(stage: Stage, changes: Partial<BalancerSettings> = WANTED) {
  const { server: _server, before: _before, ...input } = actionInput();
  const settings = withSettings('balancer', changes);
  return stage.environment.run(stage.activities['routes.update'], { ...input, project: settings });
}

describe('routes.restore', () => {
  it('brings weights and routes back, a new route taken away, twice over', async () => {
    const stage = await staged();
    const [one, two] = [await probed(stage, ONE), await probed(stage, TWO)];
    await update(stage);
    expect(stage.world.routes).toEqual({ '/api': 'web', '/new': 'web', '/shop': 'web' });
    for (let time = 0; time < 2; time += 1) {
      await stage.undo('routes.restore', { server: ONE, before: one, project });
      await stage.undo('routes.restore', { server: TWO, before: two, project });
    }
    expect(stage.world.routes).toEqual({ '/api': 'old', '/shop': 'web' });
    expect(stage.world.member(ONE).weight).toBe(1);
    expect(stage.world.member(TWO).weight).toBe(1);
  });

  it('takes back the half that was done', async () => {
    const stage = await staged();
    const before = await probed(stage, ONE);
    await stage.ports.balancer.setWeights('web', { [ONE]: 5 });
    await stage.ports.balancer.setRoutes({ '/new': 'web' });
    await stage.undo('routes.restore', { before, project });
    expect(stage.world.routes).toEqual({ '/api': 'old', '/shop': 'web' });
    expect(stage.world.member(ONE).weight).toBe(1);
  });

  it('leaves what somebody has set since', async () => {
    const stage = await staged();
    const before = await probed(stage, ONE);
    await update(stage);
    await stage.ports.balancer.setWeights('web', { [ONE]: 7 });
    await stage.ports.balancer.setRoutes({ '/api': 'old' });
    const { evidence } = await stage.undo('routes.restore', { before, project });
    expect(evidence).toEqual(['/new → –']);
    expect(stage.world.routes).toEqual({ '/api': 'old', '/shop': 'web' });
    expect(stage.world.member(ONE).weight).toBe(7);
  });

  it('has nothing to bring back where runsheet.yaml sets nothing', async () => {
    const stage = await setStage();
    const nothing = withSettings('balancer', {});
    const before = await probed(stage, ONE, nothing);
    expect(before.routed).toBeUndefined();
    stage.world.routes = { '/shop': 'web' };
    await stage.undo('routes.restore', { before, project: nothing });
    expect(stage.world.routes).toEqual({ '/shop': 'web' });
  });
});
