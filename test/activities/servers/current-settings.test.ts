/** `retry` with the current settings: the former release, with runsheet.yaml as a person has mended it. */
import { describe, expect, it } from 'vitest';
import type { CompensationInput } from '../../../src/activities/contract.ts';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { before, OLD, run, type Stage, setStage, settings, withSettings } from './stage.ts';

const SERVER = 'app-server-1';
const RUN_1 = '6f0a0a52-0000-4000-8000-00000000000a';
const MANIFEST = `/srv/${SERVER}/services/hello/manifests/${OLD.slice(7)}.${RUN_1}.json`;
const ANEW: Partial<CompensationInput> = {
  before: before(SERVER, { release: { digest: OLD, version: 'v1', runId: RUN_1 } }),
  withCurrentSettings: true,
};
const MENDED: ProjectSettings = {
  ...withSettings('runtime', {
    command: ['node', 'server.js', '--port', '${port}', '--mended'],
    environment: { NAME: '${server}', LEVEL: 'debug' },
  }),
  health: { ...settings.health, path: '/alive' },
};

/** v1 has been deployed by a run of its own, and the run that is undone has started v2. */
async function stageAfterV2(currentSettings: ProjectSettings): Promise<Stage> {
  const stage = await setStage({
    currentSettings,
    old: { answer: ({ path }) => ({ status: path === '/alive' || path === '/' ? 200 : 404 }) },
  });
  await stage.act('service.stop');
  await stage.act('service.start', {
    run: { ...run, requestId: RUN_1, version: 'v1' },
    image: { reference: 'hello:v1', tag: 'v1', digest: OLD },
  });
  await stage.act('service.stop');
  await stage.act('image.pull');
  await stage.act('service.start');
  return stage;
}

const processOn = ({ world }: Stage) => world.server(SERVER).process;
const startsOn = ({ world }: Stage) => world.server(SERVER).starts[OLD];

describe('service.restore with the current settings', () => {
  it('starts the former release with them, once, and tells in what they differ', async () => {
    const stage = await stageAfterV2(MENDED);
    await stage.undo('service.remove', ANEW);
    const started = startsOn(stage) ?? 0;
    const { evidence } = await stage.undo('service.restore', ANEW);
    expect(processOn(stage)).toMatchObject({
      digest: OLD,
      environment: { NAME: SERVER, LEVEL: 'debug' },
    });
    expect(processOn(stage)?.command.at(-1)).toBe('--mended');
    expect(evidence[0]).toContain(
      'v1 with the settings that runsheet.yaml has now: runtime.command: [',
    );
    expect(evidence[0]).toContain('runtime.environment.TOKEN: "secret://token" → –');
    expect(evidence[0]).toContain('runtime.environment.LEVEL: – → "debug"');
    expect(evidence[0]).toContain('health.path: "/health" → "/alive"');
    await stage.undo('service.restore', ANEW);
    expect(startsOn(stage)).toBe(started + 1);
    await stage.undo('pool.readmit', ANEW);
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });

  it('starts it again where they have been changed once more, also while it runs', async () => {
    const stage = await stageAfterV2(MENDED);
    await stage.undo('service.remove', ANEW);
    await stage.undo('service.restore', ANEW);
    const twice = { ...MENDED, runtime: { ...MENDED.runtime, environment: { LEVEL: 'info' } } };
    const later = await setStage({ takeOver: stage, currentSettings: twice });
    await later.undo('service.restore', ANEW);
    expect(processOn(stage)?.environment).toEqual({ LEVEL: 'info' });
    expect(stage.world.server(SERVER).last?.runId).toContain('-current-');
  });

  it('is the way out where what it ran with was changed on the server', async () => {
    const stage = await stageAfterV2(MENDED);
    const changed = { content: Buffer.from('{}'), mode: 0o600 };
    stage.world.server(SERVER).files.set(MANIFEST, changed);
    const own = { ...ANEW, withCurrentSettings: false };
    await expect(stage.undo('service.restore', own)).rejects.toMatchObject({
      type: 'MANIFEST_CHANGED',
    });
    await stage.undo('config.restore', ANEW);
    const { evidence } = await stage.undo('service.restore', ANEW);
    expect(evidence[0]).toContain('what it ran with is not known');
    expect(processOn(stage)?.digest).toBe(OLD);
  });

  it('says where nothing differs', async () => {
    const stage = await stageAfterV2({ ...settings, health: { ...settings.health } });
    Object.assign(stage.world.releases.get(OLD) ?? {}, { answer: () => ({ status: 200 }) });
    const { evidence } = await stage.undo('service.restore', ANEW);
    expect(evidence[0]).toContain('no difference');
  });

  it('stops nothing where they are no good either', async () => {
    const stage = await stageAfterV2(
      withSettings('runtime', { environment: { NAME: '${nothing}' } }),
    );
    const there = processOn(stage);
    await expect(stage.undo('service.restore', ANEW)).rejects.toMatchObject({
      type: 'BAD_CONFIGURATION',
    });
    expect(processOn(stage)).toBe(there);
  });

  it('leaves nothing running where nothing ran', async () => {
    const stage = await stageAfterV2(MENDED);
    const nothing = { ...ANEW, before: before(SERVER, { release: null }) };
    await stage.undo('service.restore', nothing);
    expect(processOn(stage)).toBeNull();
  });
});
