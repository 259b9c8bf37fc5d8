/** What a release runs with is kept beside it, sealed: what was changed is refused before anything is done. */
import { describe, expect, it } from 'vitest';
import type { CompensationInput } from '../../../src/activities/contract.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import type { Seal } from '../../../src/ports/seal.ts';
import {
  before,
  NEW,
  OLD,
  run,
  type Stage,
  setStage,
  settings,
  valueOf,
  withSettings,
} from './stage.ts';

const SERVER = 'app-server-1';
const RUN_1 = '6f0a0a52-0000-4000-8000-00000000000a';
const IMAGE = { reference: 'hello:v1', tag: 'v1', digest: OLD };
const FORMER: Pick<CompensationInput, 'before'> = {
  before: before(SERVER, { release: { digest: OLD, version: 'v1', runId: RUN_1 } }),
};

const pathOf = (server: string, digest = OLD, requestId = RUN_1): string =>
  `/srv/${server}/services/hello/manifests/${digest.slice(7)}.${requestId}.json`;

/** v1, deployed by a run of its own on some servers; on the first of them another run has started v2. */
async function stageAfterV2(seal: Seal = createFakeSeal(), servers = [SERVER]): Promise<Stage> {
  const stage = await setStage({ seal });
  const first = { run: { ...run, requestId: RUN_1, version: 'v1' }, image: IMAGE };
  for (const server of servers) {
    await stage.act('service.stop', { server });
    await stage.act('service.start', { ...first, server });
  }
  await stage.act('service.stop');
  await stage.act('image.pull');
  await stage.act('service.start');
  return stage;
}

function manifestOn({ world }: Stage, path = pathOf(SERVER)): { readonly manifest: object } {
  return JSON.parse(world.server(SERVER).files.get(path)?.content.toString() ?? '');
}

function put({ world }: Stage, content: string): void {
  world.server(SERVER).files.set(pathOf(SERVER), { content: Buffer.from(content), mode: 0o600 });
}

async function expectRefused(stage: Stage, type: string, message: RegExp): Promise<void> {
  const server = stage.world.server(SERVER);
  const [process, writes] = [server.process, server.writes];
  for (const id of ['service.restore', 'config.restore'] as const) {
    await expect(stage.undo(id, FORMER)).rejects.toMatchObject({
      type,
      nonRetryable: true,
      message: expect.stringMatching(message),
    });
  }
  expect(server.process).toBe(process);
  expect(server.writes).toBe(writes);
}

describe('a stop that was cut off', () => {
  /** v1 runs still, and ends so long after the restore has begun. */
  async function endingAfter(ms: number | null): Promise<Stage> {
    const stage = await setStage();
    if (ms !== null) {
      const { service } = run;
      const inspect = stage.ports.runtime.inspect.bind(stage.ports.runtime);
      let began: number | null = null;
      stage.ports.runtime.inspect = async (server, name) => {
        began ??= performance.now();
        const isOver = name === service && performance.now() - began > ms;
        if (isOver && stage.world.running(stage.world.server(server))?.runId === 'earlier')
          stage.world.end(stage.world.server(server));
        return inspect(server, name);
      };
    }
    return stage;
  }

  it.each([0, 300])(
    'takes effect after %i ms, and the former release is started again',
    async (ms) => {
      const stage = await endingAfter(ms);
      await stage.undo('service.restore');
      const { process, starts } = stage.world.server(SERVER);
      expect(process?.digest).toBe(OLD);
      expect(starts[OLD]).toBe(2);
    },
  );

  it('is waited for no longer than its grace: what goes on is left as it is', async () => {
    const stage = await endingAfter(null);
    const { process } = stage.world.server(SERVER);
    await stage.undo('service.restore');
    expect(stage.world.server(SERVER).process).toBe(process);
  });
});

describe('a manifest', () => {
  it('holds all that the release runs with, and no secret', async () => {
    const stage = await stageAfterV2();
    expect(manifestOn(stage).manifest).toMatchObject({
      schema: 1,
      project: 'hello',
      server: SERVER,
      digest: OLD,
      version: 'v1',
      run: RUN_1,
      command: ['node', 'server.js', '--port', String(stage.world.server(SERVER).servicePort)],
      variables: { NAME: SERVER, TOKEN: 'secret://token' },
      health: settings.health,
      stop: settings.runtime.stop,
    });
    expect(stage.world.server(SERVER).files.get(pathOf(SERVER))?.mode).toBe(0o600);
  });

  it('is what restore reads: environment, command, health path and the path through the pool', async () => {
    const stage = await stageAfterV2();
    Object.assign(stage.world.releases.get(OLD) ?? {}, {
      answer: ({ path }: { path: string }) => ({
        status: ['/health', '/'].includes(path) ? 200 : 404,
      }),
    });
    const project = {
      ...withSettings('runtime', { command: ['nod'], environment: { TOKEN: 'secret://none' } }),
      health: { ...settings.health, path: '/healthy' },
      balancer: { ...settings.balancer, verify: { requests: 30, path: '/new' } },
    };
    await stage.undo('service.remove', { ...FORMER, project });
    await stage.undo('service.restore', { ...FORMER, project });
    const { process } = stage.world.server(SERVER);
    expect(process?.command[0]).toBe('node');
    expect(process?.environment).toMatchObject({ NAME: SERVER });
    await stage.undo('pool.readmit', { ...FORMER, project });
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });

  it('is kept under the name of the start that brought it back, too', async () => {
    const stage = await stageAfterV2();
    await stage.undo('service.remove', FORMER);
    await stage.undo('service.restore', FORMER);
    const restored = `${run.requestId}-restored`;
    expect(manifestOn(stage, pathOf(SERVER, OLD, restored)).manifest).toMatchObject({
      run: restored,
      variables: { TOKEN: 'secret://token' },
    });
    expect(stage.world.server(SERVER).files.has(pathOf(SERVER, NEW, run.requestId))).toBe(false);
  });

  it('goes with its release', async () => {
    const stage = await stageAfterV2();
    const finish = (keepReleases: number) =>
      stage.environment.run(stage.activities.finishServer, {
        run,
        server: SERVER,
        image: null,
        project: withSettings('runtime', { keepReleases }),
      });
    await finish(1);
    const { files } = stage.world.server(SERVER);
    const own = pathOf(SERVER, NEW, run.requestId);
    expect([...files.keys()].filter((path) => path.includes('manifests'))).toEqual([
      pathOf(SERVER),
      own,
    ]);
    await finish(0);
    expect([...files.keys()].filter((path) => path.includes('manifests'))).toEqual([own]);
  });
});

describe('MANIFEST_CHANGED', () => {
  it('another command', async () => {
    const stage = await stageAfterV2();
    put(stage, JSON.stringify(manifestOn(stage)).replace('server.js', 'miner.js'));
    await expectRefused(stage, 'MANIFEST_CHANGED', /is not as it was signed\. .*deleted/u);
  });

  it('a server that asks for another secret gets none', async () => {
    const asked: string[] = [];
    const stage = await stageAfterV2();
    const { resolve } = stage.ports.secrets;
    stage.ports.secrets.resolve = (reference) => {
      asked.push(reference);
      return resolve(reference);
    };
    put(stage, JSON.stringify(manifestOn(stage)).replace('secret://token', 'secret://registry'));
    await expectRefused(stage, 'MANIFEST_CHANGED', /not as it was signed/u);
    expect(asked).toEqual([]);
  });

  it.each(['', '{', '[]', '{"manifest":{}}', '{"manifest":{},"seal":{"key":"fake","value":""}}'])(
    'a file that holds %s',
    async (content) => {
      const stage = await stageAfterV2();
      put(stage, content);
      await expectRefused(stage, 'MANIFEST_CHANGED', /not as it was signed/u);
    },
  );

  it("another server's, with its good seal", async () => {
    const stage = await stageAfterV2(createFakeSeal(), [SERVER, 'app-server-2']);
    const other = stage.world.server('app-server-2').files.get(pathOf('app-server-2'));
    put(stage, other?.content.toString() ?? '');
    await expectRefused(stage, 'MANIFEST_CHANGED', /written for something else: .*app-server-2/u);
  });

  it("another start's, with its good seal", async () => {
    const stage = await stageAfterV2();
    put(stage, JSON.stringify(manifestOn(stage, pathOf(SERVER, NEW, run.requestId))));
    await expectRefused(stage, 'MANIFEST_CHANGED', /written for something else/u);
  });

  it('the release that runs is not even stopped', async () => {
    const stage = await setStage();
    const first = { run: { ...run, requestId: RUN_1, version: 'v1' }, image: IMAGE };
    await stage.act('service.stop');
    await stage.act('service.start', first);
    put(stage, '{}');
    await expect(stage.act('service.stop')).rejects.toMatchObject({ type: 'MANIFEST_CHANGED' });
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
    stage.world.member(SERVER).admin = 'drain';
    await expect(stage.undo('pool.readmit', FORMER)).rejects.toMatchObject({
      type: 'MANIFEST_CHANGED',
    });
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });
});

describe('what cannot be read', () => {
  it('is nothing to a stop where the release has ended by itself', async () => {
    const stage = await stageAfterV2();
    // Of the run after the one that has started it.
    const later = { run: { ...run, requestId: '6f0a0a52-0000-4000-8000-000000000002' } };
    await stage.act('service.stop', later);
    const server = stage.world.server(SERVER);
    for (const path of server.files.keys()) {
      server.files.set(path, { content: Buffer.from('{}'), mode: 0o600 });
    }
    expect(valueOf(await stage.act('service.stop', later), 'service.stopped')).toBe(true);
  });

  it('MANIFEST_KEY_UNKNOWN: it was signed with a key that is not here', async () => {
    const stage = await stageAfterV2(createFakeSeal('another-worker'));
    const here = await setStage({ takeOver: stage, seal: createFakeSeal('this-worker') });
    await expectRefused(here, 'MANIFEST_KEY_UNKNOWN', /another-worker.*RUNSHEET_SEAL_KEY/u);
    const replaced = createFakeSeal('this-worker', ['another-worker']);
    const acquainted = await setStage({ takeOver: stage, seal: replaced });
    await acquainted.undo('service.remove', FORMER);
    await acquainted.undo('service.restore', FORMER);
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
  });

  it('NEWER_MANIFEST: a later Runsheet has written it', async () => {
    const seal = createFakeSeal();
    const stage = await stageAfterV2(seal);
    const manifest = { ...manifestOn(stage).manifest, schema: 2 };
    put(stage, JSON.stringify({ manifest, seal: await seal.sign(manifest) }));
    await expectRefused(stage, 'NEWER_MANIFEST', /has the form 2; this Runsheet reads form 1/u);
  });

  it('a release without one is started with the settings of the run, and that is said', async () => {
    const stage = await setStage();
    await stage.act('service.stop');
    const result = await stage.undo('service.restore', FORMER);
    expect(result.evidence).toContain(
      "nothing on the server says what v1 ran with: started with this run's settings",
    );
  });
});
