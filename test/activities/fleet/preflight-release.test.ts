/** Whether what runs could be started again with what it runs with: known before anything is built. */
import { expect, it } from 'vitest';
import type { ActionId } from '../../../src/actions/index.ts';
import { createFleetActivities } from '../../../src/activities/fleet.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import { createFakeRegistry } from '../../../src/adapters/registry/fake-registry.ts';
import type { PreflightCheck, PreflightResult } from '../../../src/plan/run.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { OLD, run, type Stage, setStage, settings } from '../servers/stage.ts';

const SERVER = 'app-server-1';
const RUN_1 = '6f0a0a52-0000-4000-8000-00000000000a';
const MANIFEST = `/srv/${SERVER}/services/hello/manifests/${OLD.slice(7)}.${RUN_1}.json`;

async function stageOnV1(): Promise<Stage> {
  const stage = await setStage({
    old: { answer: ({ path }) => ({ status: path === '/health' ? 200 : 404 }) },
  });
  await stage.act('service.stop');
  await stage.act('service.start', {
    run: { ...run, requestId: RUN_1, version: 'v1' },
    image: { reference: 'hello:v1', tag: 'v1', digest: OLD },
  });
  return stage;
}

async function checksOn(
  stage: Stage,
  project: ProjectSettings = settings,
  does: readonly ActionId[] = [],
): Promise<ReadonlyMap<string, PreflightCheck>> {
  const ports = { ...stage.ports, registry: createFakeRegistry() };
  const { preflightServer } = createFleetActivities(ports);
  const input = { run, server: SERVER, does, project };
  const result: PreflightResult = await stage.environment.run(preflightServer, input);
  return new Map(result.checks.map((each) => [each.name, each]));
}

it('is good where it is on record, and its own health check is asked', async () => {
  const health = { ...settings.health, path: '/healthy' };
  const checks = await checksOn(await stageOnV1(), { ...settings, health });
  expect(checks.get('release')).toEqual({
    name: 'release',
    state: 'ok',
    detail: 'what v1 runs with is on record',
  });
  expect(checks.get('health')?.state).toBe('ok');
});

it('warns of a process without a record, and says what a rollback would do', async () => {
  const checks = await checksOn(await setStage());
  expect(checks.get('release')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('with the settings that runsheet.yaml has now'),
  });
});

it('says of a container without one that it is started as it was', async () => {
  const image = { ...settings.image, kind: 'docker' } as const;
  const checks = await checksOn(await setStage(), { ...settings, image });
  expect(checks.get('release')).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining('starts its container as it was'),
  });
});

it('fails where it was changed, before anything is built', async () => {
  const stage = await stageOnV1();
  stage.world.server(SERVER).files.set(MANIFEST, { content: Buffer.from('{}'), mode: 0o600 });
  expect((await checksOn(stage)).get('release')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('is not as it was signed'),
  });
});

it('fails where this worker lacks the key', async () => {
  const stage = await stageOnV1();
  const other = await setStage({ takeOver: stage, seal: createFakeSeal('another') });
  expect((await checksOn(other)).get('release')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('RUNSHEET_SEAL_KEY'),
  });
});

it('warns where a secret that it runs with has no value any more', async () => {
  const stage = await stageOnV1();
  stage.ports.secrets.resolve = () => Promise.reject(new Error('no value'));
  expect((await checksOn(stage)).get('release')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('secret://token, with which v1 runs, has no value now'),
  });
});

it('fails where a restart would need a secret that has no value any more', async () => {
  const stage = await stageOnV1();
  stage.ports.secrets.resolve = () => Promise.reject(new Error('no value'));
  expect((await checksOn(stage, settings, ['service.resume'])).get('release')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('secret://token, with which v1 runs, has no value now'),
  });
});

it('fails where a restart without a record could not be filled in', async () => {
  const runtime = { ...settings.runtime, command: ['serve', '${prot}'] };
  const project = { ...settings, runtime };
  const stage = await setStage();
  expect((await checksOn(stage, project)).get('release')?.state).toBe('warning');
  expect((await checksOn(stage, project, ['service.resume'])).get('release')).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('${prot} has no value'),
  });
});

it('is not looked at where nothing runs', async () => {
  const stage = await stageOnV1();
  await stage.act('service.stop');
  expect((await checksOn(stage)).has('release')).toBe(false);
});
