/** What our user may do in the registry is known before anything is built. */
import { describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import {
  createFakeRegistry,
  type FakeRegistry,
} from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightResult } from '../../../src/plan/run.ts';
import { PortError } from '../../../src/ports/port-error.ts';
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

describe('B4 a repository that is not there yet', () => {
  const message = 'REGISTRY_DENIED: it shows no such repository.';
  const notShown = new PortError('not-found', 'registry.test:5000', message, 'Push it.');

  function hiding(denies: 'push' | null): FakeRegistry {
    const registry = denies === null ? createFakeRegistry() : that(denies);
    const mayUse: FakeRegistry['mayUse'] = (repository, right) =>
      right === 'pull' ? Promise.reject(notShown) : registry.mayUse(repository, right);
    return { ...registry, mayUse };
  }

  it.each([
    ['is pushed', BUILT, null, 'ok', 'may be pushed, and is not there yet'],
    ['is not pushed by us', BUILT, 'push', 'failed', 'does not let the worker push'],
    ['is only pulled', BY_CI, null, 'failed', 'shows no such repository'],
  ] as const)('and %s', async (_name, does, denied, state, detail) => {
    expect((await shared(does, hiding(denied)))?.checks).toEqual([
      { name: 'registry', state, detail: expect.stringContaining(detail) },
    ]);
  });

  it.each([
    [BUILT, 0],
    [BY_CI, 1],
  ] as const)('is no obstacle on a server of a run that pushes it: %j', async (does, found) => {
    const stage = await setStage();
    const runtime = { ...stage.ports.runtime, mayPull: () => Promise.reject(notShown) };
    const ports = { ...stage.ports, runtime, registry: createFakeRegistry() };
    const { preflightServer } = createFleetActivities(ports);
    const input = { run, server: SERVER, does, project: settings };
    const { checks }: PreflightResult = await stage.environment.run(preflightServer, input);
    expect(checks.filter(({ name }) => name === 'registry')).toHaveLength(found);
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
