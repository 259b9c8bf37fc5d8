/** U6: an image for another processor is refused before any server leaves the pool. */
import { describe, expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { runsOn } from '../../../src/activities/fleet/platform.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightCheck, PreflightResult } from '../../../src/plan/run.ts';
import type { RegistryImage } from '../../../src/ports/registry.ts';
import { NEW, run, setStage, settings } from '../servers/stage.ts';

const SERVER = 'app-server-1';
const BUILDS: readonly ActionId[] = ['image.build'];

async function prefetchOn(platform: string | null, platforms: readonly string[]): Promise<unknown> {
  const stage = await setStage();
  stage.world.server(SERVER).platform = platform;
  const image: RegistryImage = {
    digest: NEW,
    labels: {},
    platforms,
    createdAtMs: null,
    sizeBytes: 1,
  };
  const registry = { ...createFakeRegistry(), resolve: () => Promise.resolve(image) };
  const { prefetchServer } = createFleetActivities({ ...stage.ports, registry });
  const project = settings;
  const pin = { reference: 'r', tag: 'v2', digest: NEW };
  await stage.environment.run(prefetchServer, { run, server: SERVER, project, image: pin });
  return stage.world.server(SERVER).present.has(NEW);
}

async function engineOn(platforms: readonly string[], builds: boolean): Promise<PreflightCheck> {
  const stage = await setStage();
  stage.world.server(SERVER).platform = 'linux/arm64';
  const { preflightServer } = createFleetActivities({
    ...stage.ports,
    registry: createFakeRegistry(),
  });
  const docker = { ...settings.image.docker, platforms };
  const project = { ...settings, image: { ...settings.image, kind: 'docker' as const, docker } };
  const { checks }: PreflightResult = await stage.environment.run(preflightServer, {
    run,
    server: SERVER,
    does: builds ? BUILDS : [],
    project,
  });
  const engine = checks.find(({ name }) => name === 'engine');
  if (engine === undefined) throw new Error('no check of the engine');
  return engine;
}

describe('U6 a preflight', () => {
  it('U6 refuses to build an image that a server cannot run', async () => {
    expect(await engineOn(['linux/amd64'], true)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/linux\/arm64.*linux\/amd64 only.*image\.docker\.platforms/u),
    });
  });

  it.each([
    [['linux/amd64', 'linux/arm64'], true],
    [[], true],
    [['linux/amd64'], false],
  ])(
    'U6 has nothing against an image for %j that the run builds: %s',
    async (platforms, builds) => {
      expect(await engineOn(platforms, builds)).toMatchObject({ state: 'ok' });
    },
  );
});

describe('U6 an image that is fetched ahead', () => {
  it('U6 is refused on a server of another platform, and not fetched', async () => {
    await expect(prefetchOn('linux/arm64', ['linux/amd64'])).rejects.toMatchObject({
      type: 'PLATFORM_MISMATCH',
      message: expect.stringMatching(/app-server-1 is linux\/arm64.*for linux\/amd64 only/u),
    });
  });

  it.each([
    ['the same', 'linux/amd64', ['linux/amd64']],
    ['one of several', 'linux/arm64', ['linux/amd64', 'linux/arm64/v8']],
    ['one that it runs as well', 'linux/amd64', ['linux/386']],
    ['not said by the server', null, ['linux/amd64']],
    ['not said by the image', 'linux/arm64', []],
  ])('U6 is fetched where its platform is %s', async (_case, server, platforms) => {
    expect(await prefetchOn(server, platforms)).toBe(true);
  });

  it('U6 has no other system', () => {
    expect(runsOn(['windows/amd64'], 'linux/amd64')).toBe(false);
    expect(runsOn(['linux/arm/v7'], 'linux/amd64')).toBe(false);
    expect(runsOn(['linux/arm/v7'], 'linux/arm64')).toBe(true);
  });
});
