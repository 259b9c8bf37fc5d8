/** A release is started again with what it ran with, whatever runsheet.yaml says since: real processes. */
import { describe, expect, it } from 'vitest';
import type { ProjectSettings } from '../../../src/plan/settings.ts';
import { commandOf, type EmbeddedStage, setEmbeddedStage, V1 } from './embedded-stage.ts';

const RUN_1 = 'aaaaaaaa-0000-4000-8000-000000000001';
const RUN_2 = 'aaaaaaaa-0000-4000-8000-000000000002';
const RUN_3 = 'aaaaaaaa-0000-4000-8000-000000000003';
const AS_V1 = { version: 'v1', name: 'one', token: 'correct horse' };

const withRuntime = (change: Partial<ProjectSettings['runtime']>): ProjectSettings => ({
  ...V1,
  runtime: { ...V1.runtime, ...change },
});
const withVariables = (change: Readonly<Record<string, string>>): ProjectSettings =>
  withRuntime({ environment: { ...V1.runtime.environment, ...change } });

/** v1 runs, as its own run has left it. */
async function stageOnV1(): Promise<EmbeddedStage> {
  const stage = await setEmbeddedStage();
  await stage.deploy(RUN_1, 'v1', stage.first, V1);
  await stage.finish(RUN_1, V1);
  await expect.poll(() => stage.about(), { timeout: 20_000 }).toEqual(AS_V1);
  return stage;
}

describe('U1: a release is started again with what it ran with', () => {
  it.each<[string, ProjectSettings]>([
    ['the command `datasett`', withRuntime({ command: commandOf('datasett') })],
    ['a command that does not exist', withRuntime({ command: ['datasette'] })],
    ['another value of a variable', withVariables({ NAME: 'two', HEALTH: '/other' })],
    ['a new secret that does not exist', withVariables({ NEW: 'secret://none' })],
    ['a secret renamed to one that does not exist', withVariables({ TOKEN: 'secret://none' })],
    ['a variable that v1 had gone', withRuntime({ environment: { HEALTH: '/other' } })],
    ['a changed health path', { ...V1, health: { ...V1.health, path: '/healthy' } }],
    ['another status', { ...V1, health: { ...V1.health, status: 204 } }],
    [
      'a file changed and with another mode',
      {
        ...withRuntime({ command: commandOf('datasett') }),
        files: V1.files.map((file) => ({ ...file, mode: '0600', values: { name: 'two' } })),
      },
    ],
  ])('U1: runsheet.yaml now has %s', async (_change, project) => {
    const stage = await stageOnV1();
    const before = await stage.probe();
    await stage.deploy(RUN_2, 'v2', stage.second, project);
    const evidence = await stage.undo(RUN_2, before, project);
    expect(await stage.about()).toEqual(AS_V1);
    expect(evidence).toContain('started with what v1 ran with');
    expect(await stage.shell(`cat ${stage.baseFolder}/config/app.conf`)).toBe('name=one');
    expect(await stage.shell(`stat -c %a ${stage.baseFolder}/config/app.conf`)).toBe('640');
    // Twice, as after a worker that died: the same again, and nothing is started anew.
    await stage.undo(RUN_2, before, project);
    expect(await stage.shell(`grep -c . ${stage.baseFolder}/services/tiny/starts`)).toMatch(
      /^[23]$/u,
    );
    expect(await stage.about()).toEqual(AS_V1);
  });

  it('U1: also the same version with another command', async () => {
    const stage = await stageOnV1();
    const before = await stage.probe();
    const project = withRuntime({ command: commandOf('datasett') });
    await stage.deploy(RUN_2, 'v1', stage.first, project);
    await stage.undo(RUN_2, before, project);
    expect(await stage.about()).toEqual(AS_V1);
  });

  it('U1: also a release that a rollback had brought back', async () => {
    const stage = await stageOnV1();
    const project = withRuntime({ command: commandOf('datasett') });
    for (const requestId of [RUN_2, RUN_3]) {
      const before = await stage.probe();
      await stage.deploy(requestId, 'v2', stage.second, project);
      await stage.undo(requestId, before, project);
      expect(await stage.about()).toEqual(AS_V1);
    }
  });

  it('U1: names no secret, and nobody else reads it', async () => {
    const stage = await stageOnV1();
    const folder = `${stage.baseFolder}/services/tiny/manifests`;
    const kept = await stage.shell(`cat ${folder}/*`);
    expect(kept).toContain('"TOKEN":"secret://token"');
    expect(kept).not.toContain('correct horse');
    expect(await stage.shell(`stat -c %a ${folder}/*`)).toBe('600');
  });
});

describe('U5: a release that has died', () => {
  it('U5: is the same one still, and the fix for it is deployed', async () => {
    const stage = await stageOnV1();
    const running = await stage.probe();
    await stage.shell(
      `kill -9 $(sed -n 's/^{"pid":"\\([0-9]*\\)".*/\\1/p' ${stage.baseFolder}/services/tiny/current.json)`,
    );
    await expect.poll(() => stage.about()).toBeNull();
    const died = await stage.probe();
    expect(died).toEqual({ ...running, release: null, stopped: running.release });
    await stage.deploy(RUN_2, 'v2', stage.second, V1);
    await expect
      .poll(() => stage.about(), { timeout: 20_000 })
      .toMatchObject({ version: 'v2', name: 'one' });
  });

  it('U5: stays stopped where the fix fails too, and that is said', async () => {
    const stage = await stageOnV1();
    await stage.shell(
      `kill -9 $(sed -n 's/^{"pid":"\\([0-9]*\\)".*/\\1/p' ${stage.baseFolder}/services/tiny/current.json)`,
    );
    await expect.poll(() => stage.about()).toBeNull();
    const before = await stage.probe();
    const project = withRuntime({ command: commandOf('datasett') });
    await stage.deploy(RUN_2, 'v2', stage.second, project);
    const evidence = await stage.undo(RUN_2, before, project);
    expect(evidence).toContain('v1 had stopped before this run, and stays so');
    expect(await stage.about()).toBeNull();
  });
});

describe('a first deployment that is rolled back', () => {
  const project = { ...withRuntime({ command: commandOf('datasett') }), files: [...V1.files] };
  const nested = {
    ...V1.files[0],
    template: 'app.conf',
    path: 'config/more/b.conf',
    mode: '0640',
    values: { name: 'b' },
  };

  it('leaves nothing: no file, no manifest, no folder', async () => {
    const stage = await setEmbeddedStage();
    const listed = () => stage.shell(`cd ${stage.baseFolder} && find . | sort`);
    const empty = await listed();
    const before = await stage.probe();
    const files = { ...project, files: [...project.files, nested] };
    await stage.deploy(RUN_1, 'v1', stage.first, files);
    expect(await listed()).toContain('/manifests/');
    const evidence = await stage.undo(RUN_1, before, files);
    expect(evidence).toContain('what this run had put on the server is removed');
    expect(await listed()).toBe(empty);
    await stage.undo(RUN_1, before, files);
    expect(await listed()).toBe(empty);
  });

  it('leaves what somebody else has there', async () => {
    const stage = await setEmbeddedStage();
    const before = await stage.probe();
    await stage.shell(`mkdir -p ${stage.baseFolder}/config ${stage.baseFolder}/services/other`);
    await stage.shell(
      `touch ${stage.baseFolder}/config/own.conf ${stage.baseFolder}/services/other/x`,
    );
    const listed = () => stage.shell(`cd ${stage.baseFolder} && find . | sort`);
    const there = await listed();
    await stage.deploy(RUN_1, 'v1', stage.first, project);
    await stage.undo(RUN_1, before, project);
    expect(await listed()).toBe(there);
  });

  it('is deployed well the next time', async () => {
    const stage = await setEmbeddedStage();
    const before = await stage.probe();
    await stage.deploy(RUN_1, 'v1', stage.first, project);
    await stage.undo(RUN_1, before, project);
    await stage.deploy(RUN_2, 'v1', stage.first, V1);
    await expect.poll(() => stage.about(), { timeout: 20_000 }).toEqual(AS_V1);
  });

  it('takes nothing from a server that another run has deployed to', async () => {
    const stage = await stageOnV1();
    await stage.deploy(RUN_2, 'v2', stage.second, project);
    await stage.undo(RUN_2, { server: 's1', release: null, pool: 'ready' }, project);
    expect((await stage.probe()).stopped).toBeDefined();
    expect(await stage.shell(`ls ${stage.baseFolder}/services/tiny/releases | wc -l`)).toMatch(
      /2/u,
    );
  });
});
