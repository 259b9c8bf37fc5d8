/** Inputs carry the sections of the settings that their activity needs, and every one of those. */
import { describe, expect, it } from 'vitest';
import type { CompensationId } from '../../../src/actions/index.ts';
import { ACTIONS, COMPENSATIONS, OPERATIONS } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import type { ServerActionId } from '../../../src/activities/servers.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightResult } from '../../../src/plan/run.ts';
import { sectionsOf } from '../../../src/workflows/tasks/sections.ts';
import { actionInput, compensationInput, NEW, run, SERVERS, setStage, settings } from './stage.ts';

const ACTION_IDS: readonly ServerActionId[] = [
  'pool.drain',
  'connections.wait',
  'service.stop',
  'image.pull',
  'config.update',
  'service.start',
  'service.ready',
  'health.port',
  'health.endpoint',
  'health.smoke',
  'health.performance',
  'pool.enable',
  'routes.update',
  'traffic.verify',
];
const UNDOING: readonly CompensationId[] = [
  'pool.withdraw',
  'service.remove',
  'config.restore',
  'service.restore',
  'pool.readmit',
];

describe('a deployment with no more settings than each activity is given', () => {
  it('does every action in order, and every compensation', async () => {
    const stage = await setStage();
    for (const id of ACTION_IDS) {
      const project = sectionsOf(settings, ACTIONS[id]);
      const result = await stage.act(id, { ...actionInput(), project });
      expect(
        result.facts.map((each) => each.value),
        id,
      ).not.toContain(false);
    }
    for (const id of UNDOING) {
      const project = sectionsOf(settings, COMPENSATIONS[id]);
      await stage.undo(id, { ...compensationInput(), project });
    }
    expect(stage.world.server('app-server-1').process?.digest).not.toBe(NEW);
  });

  it('does what surrounds the actions', async () => {
    const stage = await setStage();
    const { activities, environment, ports } = stage;
    const fleet = createFleetActivities({ ...ports, registry: createFakeRegistry() });
    const one = { run, server: 'app-server-1' };
    const all = { run, servers: SERVERS };
    const image = { reference: 'hello:v2-production', tag: 'v2-production', digest: NEW };
    const given = (name: keyof typeof OPERATIONS) => sectionsOf(settings, OPERATIONS[name]);
    await environment.run(activities.probeServer, { ...one, project: given('probeServer') });
    const found: PreflightResult = await environment.run(fleet.preflightServer, {
      ...one,
      project: given('preflightServer'),
    });
    expect(found.checks.map((each) => each.state)).not.toContain('failed');
    await environment.run(fleet.preflightShared, { ...all, project: given('preflightShared') });
    await environment.run(fleet.prefetchServer, {
      ...one,
      image,
      project: given('prefetchServer'),
    });
    await environment.run(fleet.observeServers, {
      ...all,
      step: 9,
      seconds: 0.1,
      maximumErrorPercent: 1,
      project: given('observeServers'),
    });
    await environment.run(activities.measureOutcome, {
      ...all,
      step: 9,
      project: given('measureOutcome'),
    });
    await environment.run(activities.finishServer, {
      ...one,
      image,
      project: given('finishServer'),
    });
    const guarding = environment.run(fleet.guardPool, { ...all, project: given('guardPool') });
    environment.cancel();
    await expect(guarding).resolves.toMatchObject({ facts: [] });
  });
});
