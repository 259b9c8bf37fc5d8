import { describe, expect, it } from 'vitest';
import type { ConfigurationFile } from '../../../src/plan/settings.ts';
import { run, SECRET_VALUE, type Stage, setStage, settings, valueOf } from './stage.ts';

const SERVER = 'app-server-1';
const FILE: ConfigurationFile = {
  template: 'config/app.conf',
  path: 'config/app.conf',
  mode: '0640',
  values: {
    level: 'debug',
    'production.level': 'warn',
    token: 'secret://token',
    name: 'hello-${version}',
  },
};
const TEMPLATE =
  'v=${version} e=${environment} s=${server} l=${level} t=${token} n=${name} $${kept}\n';

const project = (change: Partial<ConfigurationFile> = {}) => ({
  ...settings,
  files: [{ ...FILE, ...change }],
});

function contentOf({ world }: Stage, name = 'config/app.conf'): string | null {
  return world.server(SERVER).files.get(`/srv/${SERVER}/${name}`)?.content.toString() ?? null;
}

async function stageWith(former: string | null): Promise<Stage> {
  const stage = await setStage();
  stage.source.set('config/app.conf', TEMPLATE);
  if (former !== null) {
    stage.world
      .server(SERVER)
      .files.set(`/srv/${SERVER}/config/app.conf`, { content: Buffer.from(former), mode: 0o640 });
  }
  return stage;
}

describe('config.update', () => {
  it('renders for server and environment, and tells no content', async () => {
    const stage = await stageWith('old');
    const result = await stage.act('config.update', { project: project() });
    expect(valueOf(result, 'config.current')).toBe(true);
    expect(contentOf(stage)).toBe(
      `v=v2 e=production s=${SERVER} l=warn t=${SECRET_VALUE} n=hello-v2 \${kept}\n`,
    );
    expect(JSON.stringify(result)).not.toContain(SECRET_VALUE);
    expect(stage.world.server(SERVER).files.get(`/srv/${SERVER}/config/app.conf`)?.mode).toBe(
      0o640,
    );
  });

  it('keeps the former content beside, closed to others, and keeps that through a second attempt', async () => {
    const stage = await stageWith('old');
    await stage.act('config.update', { project: project() });
    const writes = stage.world.server(SERVER).writes;
    await (await setStage({ takeOver: stage })).act('config.update', { project: project() });
    expect(stage.world.server(SERVER).writes).toBe(writes);
    expect(contentOf(stage, `config/app.conf.before-${run.requestId}`)).toBe('old');
    const kept = `/srv/${SERVER}/config/app.conf.before-${run.requestId}`;
    expect(stage.world.server(SERVER).files.get(kept)?.mode).toBe(0o600);
  });

  it('says that a project has no files', async () => {
    const stage = await setStage();
    expect(valueOf(await stage.act('config.update'), 'config.current')).toBe(true);
  });

  it('refuses a placeholder without a value, before anything is written', async () => {
    const stage = await stageWith('old');
    stage.source.set('config/app.conf', 'x=${unknown}');
    await expect(stage.act('config.update', { project: project() })).rejects.toMatchObject({
      type: 'BAD_CONFIGURATION',
      message: expect.stringMatching(
        /config\/app\.conf, \$\{unknown\} has no value; known names: .*version/u,
      ),
    });
    expect(contentOf(stage)).toBe('old');
  });

  it('refuses a template that is not in the checkout', async () => {
    const stage = await stageWith('old');
    await expect(
      stage.act('config.update', { project: project({ template: 'config/none.conf' }) }),
    ).rejects.toMatchObject({
      type: 'BAD_CONFIGURATION',
      message: expect.stringContaining('config/none.conf'),
    });
  });
});

describe('config.restore', () => {
  it('puts the former file back, twice over, and leaves no copy', async () => {
    const stage = await stageWith('old');
    await stage.act('config.update', { project: project() });
    await stage.undo('config.restore', { project: project() });
    expect(contentOf(stage)).toBe('old');
    await stage.undo('config.restore', { project: project() });
    expect(contentOf(stage)).toBe('old');
    expect([...stage.world.server(SERVER).files.keys()]).toEqual([
      `/srv/${SERVER}/config/app.conf`,
    ]);
  });

  it('removes a file that did not exist before', async () => {
    const stage = await stageWith(null);
    await stage.act('config.update', { project: project() });
    await stage.undo('config.restore', { project: project() });
    expect(stage.world.server(SERVER).files.size).toBe(0);
  });

  it('leaves a file that this run never touched', async () => {
    const stage = await stageWith('old');
    const result = await stage.undo('config.restore', { project: project() });
    expect(contentOf(stage)).toBe('old');
    expect(result.evidence).toEqual(['no configuration file was changed']);
  });

  it('is not needed any more after the finish', async () => {
    const stage = await stageWith('old');
    await stage.act('config.update', { project: project() });
    const input = { run, server: SERVER, image: null, project: project() };
    await stage.environment.run(stage.activities.finishServer, input);
    expect([...stage.world.server(SERVER).files.keys()]).toEqual([
      `/srv/${SERVER}/config/app.conf`,
    ]);
    expect(contentOf(stage)).toContain('v=v2');
  });
});
