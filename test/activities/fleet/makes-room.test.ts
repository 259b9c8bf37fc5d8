/** What failed runs have left on a server makes room before the next release is fetched. */
import { describe, expect, it } from 'vitest';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { ActionResult, RunRef } from '../../../src/plan/run.ts';
import { PortError } from '../../../src/ports/port-error.ts';
import { NEW, OLD, run, type Stage, setStage, settings, withSettings } from '../servers/stage.ts';

const SERVER = 'app-server-1';
const LEFT = ['a', 'b', 'c'].map((each) => `sha256:${each.repeat(64)}`);
const [OLDEST = '', OLDER = '', LATEST = ''] = LEFT;
const pathOf = (digest: string) =>
  `/srv/${SERVER}/services/hello/manifests/${digest.slice(7)}.run-x.json`;

/** v1 runs; three runs have fetched a release since, written down what it would run with, and failed. */
async function stageAfterFailures(): Promise<Stage> {
  const stage = await setStage();
  const server = stage.world.server(SERVER);
  for (const digest of LEFT) {
    server.present.add(digest);
    server.fetched = [...server.fetched, { service: 'hello', digest }];
  }
  for (const digest of [OLD, ...LEFT])
    server.files.set(pathOf(digest), { content: Buffer.from('{}'), mode: 0o600 });
  return stage;
}

function fetchNew(stage: Stage, language: RunRef['language'] = 'en'): Promise<ActionResult> {
  const { prefetchServer } = createFleetActivities({
    ...stage.ports,
    registry: createFakeRegistry(),
  });
  const image = { reference: 'r', tag: 'v2', digest: NEW };
  const project = { ...settings, ...withSettings('runtime', { keepReleases: 1 }) };
  const input = { run: { ...run, language }, server: SERVER, project, image };
  return stage.environment.run(prefetchServer, input);
}

const manifestsOn = ({ world }: Stage) =>
  [...world.server(SERVER).files.keys()].filter((path) => path.includes('/manifests/'));

describe('a fetch', () => {
  it('first removes what never started, beyond the newest keep_releases, with its settings', async () => {
    const stage = await stageAfterFailures();
    const { evidence, warnings } = await fetchNew(stage);
    expect([...stage.world.server(SERVER).present]).toEqual([OLD, LATEST, NEW]);
    expect(manifestsOn(stage)).toEqual([OLD, LATEST].map(pathOf));
    expect(evidence[0]).toBe('removed old releases that were fetched and never started: 2');
    expect(warnings).toEqual([]);
  });

  it('repeated removes nothing more, and says nothing of it', async () => {
    const stage = await stageAfterFailures();
    await fetchNew(stage);
    const { evidence } = await fetchNew(stage);
    expect(evidence).toEqual([expect.stringContaining('is on app-server-1')]);
    expect([...stage.world.server(SERVER).present]).toEqual([OLD, LATEST, NEW]);
    expect(stage.world.server(SERVER).pulls).toBe(1);
  });

  it.each([
    ['en', 'old releases that were fetched and never started could not be removed: busy'],
    ['zh', '拉取后从未启动的旧版本未能清理：busy'],
  ] as const)('goes on where that fails, with a warning (%s)', async (language, warning) => {
    const stage = await stageAfterFailures();
    stage.ports.runtime.pruneFetched = () =>
      Promise.reject(new PortError('unavailable', SERVER, 'busy', 'Wait.'));
    const { warnings } = await fetchNew(stage, language);
    expect(warnings).toEqual([warning]);
    expect([...stage.world.server(SERVER).present]).toEqual([OLD, OLDEST, OLDER, LATEST, NEW]);
  });

  it('ends where the run is cancelled meanwhile', async () => {
    const stage = await stageAfterFailures();
    stage.ports.runtime.pruneFetched = () => {
      stage.environment.cancel('CANCELLED');
      return Promise.reject(new Error('broken off'));
    };
    await expect(fetchNew(stage)).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(stage.world.server(SERVER).pulls).toBe(0);
  });
});

it('image.pull counts as a fetch: the releases of waiting runs do not push this one out', async () => {
  const stage = await stageAfterFailures();
  const server = stage.world.server(SERVER);
  await fetchNew(stage);
  // Another run, which waits for this one, has fetched its own meanwhile.
  server.fetched = [...server.fetched, { service: 'hello', digest: LATEST }];
  await stage.act('image.pull', { image: { reference: 'r', tag: 'v2', digest: NEW } });
  expect(server.fetched.at(-1)?.digest).toBe(NEW);
  expect(server.pulls).toBe(1);
});
