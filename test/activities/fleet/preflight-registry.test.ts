/** What our user may do in the registry is known before anything is built. */
import { describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import {
  createFakeRegistry,
  type FakeRegistry,
} from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightResult } from '../../../src/plan/run.ts';
import { run, setStage, settings } from '../servers/stage.ts';

const SERVER = 'app-server-1';
const BUILT: readonly ActionId[] = ['image.build', 'image.push', 'image.pull', 'service.start'];
const BY_CI: readonly ActionId[] = ['image.use', 'image.pull', 'service.start'];
const RESTART: readonly ActionId[] = ['service.stop', 'service.resume'];

async function shared(
  does: readonly ActionId[],
  registry: FakeRegistry,
): Promise<PreflightResult | undefined> {
  const stage = await setStage();
  const { preflightShared } = createFleetActivities({ ...stage.ports, registry });
  const input = { run, servers: [SERVER], does, project: settings };
  const results: readonly PreflightResult[] = await stage.environment.run(preflightShared, input);
  return results.find(({ subject }) => subject === 'registry');
}

async function onServer(
  does: readonly ActionId[],
  deniedPull: boolean,
): Promise<readonly PreflightResult['checks'][number][]> {
  const stage = await setStage();
  stage.world.server(SERVER).deniedPull = deniedPull;
  const ports = { ...stage.ports, registry: createFakeRegistry() };
  const { preflightServer } = createFleetActivities(ports);
  const input = { run, server: SERVER, does, project: settings };
  const { checks }: PreflightResult = await stage.environment.run(preflightServer, input);
  return checks.filter(({ name }) => name === 'registry');
}

function that(denies: 'push' | 'pull'): FakeRegistry {
  const registry = createFakeRegistry();
  registry.denies(denies);
  return registry;
}

describe('the registry', () => {
  it.each([
    ['push', BUILT, 'failed'],
    ['pull', BUILT, 'failed'],
    ['push', BY_CI, 'ok'],
    ['pull', BY_CI, 'failed'],
  ] as const)('that denies %s: %j is %s', async (denied, does, state) => {
    expect((await shared(does, that(denied)))?.checks).toEqual([
      expect.objectContaining({ name: 'registry', state }),
    ]);
  });

  it('is not asked where no image is fetched', async () => {
    expect(await shared(RESTART, that('pull'))).toBeUndefined();
  });

  it('says what may be done there', async () => {
    const { repository } = settings.image;
    expect((await shared(BUILT, createFakeRegistry()))?.checks[0]?.detail).toBe(
      `${repository} may be pushed and pulled`,
    );
    expect((await shared(BY_CI, createFakeRegistry()))?.checks[0]?.detail).toBe(
      `${repository} may be pulled`,
    );
  });
});

describe('a server', () => {
  it('that the registry does not let pull is told of before it is needed', async () => {
    expect(await onServer(BUILT, true)).toEqual([
      {
        name: 'registry',
        state: 'failed',
        detail: expect.stringMatching(/^REGISTRY_DENIED: .*app-server-1/u),
      },
    ]);
  });

  it('is not asked to where nothing is fetched, and is silent where it may', async () => {
    expect(await onServer(RESTART, true)).toEqual([]);
    expect(await onServer(BUILT, false)).toEqual([]);
  });
});
