import { describe, expect, it } from 'vitest';
import {
  before,
  NEW,
  OLD,
  run,
  SECRET_VALUE,
  type Stage,
  setStage,
  valueOf,
  withSettings,
} from './stage.ts';

const SERVER = 'app-server-1';

const stoppedStage = async (options = {}): Promise<Stage> => {
  const stage = await setStage(options);
  await stage.act('service.stop');
  await stage.act('image.pull');
  return stage;
};

describe('service.stop', () => {
  it('stops, keeps the old release, twice over', async () => {
    const stage = await setStage();
    const first = await stage.act('service.stop');
    expect(valueOf(first, 'service.stopped')).toBe(true);
    expect(first.evidence[0]).toContain('not forced');
    const second = await stage.act('service.stop');
    expect(valueOf(second, 'service.stopped')).toBe(true);
    expect(stage.world.server(SERVER).present.has(OLD)).toBe(true);
  });

  it('counts an end by force', async () => {
    const stage = await setStage({ old: { ignoresStop: true } });
    const result = await stage.act('service.stop');
    expect(valueOf(result, 'service.stopped')).toBe(true);
    expect(result.evidence[0]).toMatch(/killed after the grace time of 0\.05s/u);
  });
});

describe('image.pull', () => {
  it('fetches the digest of the run once', async () => {
    const stage = await setStage();
    await stage.act('image.pull');
    const result = await stage.act('image.pull');
    expect(valueOf(result, 'release.present')).toBe(true);
    expect(stage.world.server(SERVER).pulls).toBe(1);
  });

  it('fails where the registry lacks the digest', async () => {
    const stage = await setStage();
    const image = { reference: 'hello:v9', tag: 'v9', digest: `sha256:${'9'.repeat(64)}` };
    await expect(stage.act('image.pull', { image })).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('service.resume', () => {
  const restarted = (stage: Stage) => stage.act('service.resume', { before: before(SERVER) });

  it('starts what ran before the run, once, however often it is attempted', async () => {
    const stage = await setStage();
    await stage.act('service.stop');
    await restarted(stage);
    const result = await restarted(await setStage({ takeOver: stage }));
    expect(valueOf(result, 'service.resumed')).toBe(true);
    expect(stage.world.server(SERVER).starts).toEqual({ [OLD]: 2 });
  });

  it('needs something that ran', async () => {
    const stage = await setStage();
    await stage.act('service.stop');
    const nothing = { ...before(SERVER), release: null };
    await expect(stage.act('service.resume', { before: nothing })).rejects.toMatchObject({
      type: 'NOTHING_TO_RESTART',
    });
  });

  it('leaves alone what runs by now', async () => {
    const stage = await stoppedStage();
    await stage.act('service.start');
    await expect(restarted(stage)).rejects.toMatchObject({ type: 'CONFLICT' });
    expect(stage.world.server(SERVER).process?.digest).toBe(NEW);
  });
});

describe('service.start', () => {
  it('starts the pulled digest once, however often it is attempted', async () => {
    const stage = await stoppedStage();
    await stage.act('service.start');
    const another = await setStage({ takeOver: stage });
    const result = await another.act('service.start');
    expect(valueOf(result, 'service.deployed')).toBe(true);
    expect(stage.world.server(SERVER).starts).toEqual({ [OLD]: 1, [NEW]: 1 });
  });

  it('fills the command and the environment, and tells no secret', async () => {
    const stage = await stoppedStage();
    const result = await stage.act('service.start');
    const { process, servicePort } = stage.world.server(SERVER);
    expect(process?.command).toEqual(['node', 'server.js', '--port', String(servicePort)]);
    expect(process?.environment).toEqual({ NAME: SERVER, TOKEN: SECRET_VALUE });
    expect(process?.runId).toBe(run.requestId);
    expect(JSON.stringify(result)).not.toContain(SECRET_VALUE);
  });

  it('refuses to start beside another version', async () => {
    const stage = await setStage();
    await stage.act('image.pull');
    await expect(stage.act('service.start')).rejects.toMatchObject({
      type: 'CONFLICT',
      nonRetryable: true,
    });
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
  });
});

describe('service.ready', () => {
  it('needs good answers in a row, through refused connections at first', async () => {
    const stage = await stoppedStage({ new: { bootMs: 120 } });
    await stage.act('service.start');
    const result = await stage.act('service.ready');
    expect(valueOf(result, 'service.ready')).toBe(true);
    expect(result.evidence[0]).toMatch(/3 good answers/u);
  });

  it('starts counting again after a bad answer', async () => {
    const statuses = [200, 200, 500, 200, 200, 200];
    let asked = 0;
    const answer = () => ({ status: statuses[asked++] ?? 200 });
    const stage = await stoppedStage({ new: { answer } });
    await stage.act('service.start');
    await stage.act('service.ready');
    expect(asked).toBe(6);
  });

  it('ends early where the service has exited', async () => {
    const stage = await stoppedStage({ new: { bootMs: 10_000, exitsAfterMs: 60 } });
    await stage.act('service.start');
    stage.world.server(SERVER).output = ['listening', 'no such table: orders'];
    const started = performance.now();
    const ready = { successes: 3, intervalMilliseconds: 10, limitSeconds: 20 };
    const pending = stage.act('service.ready', { project: withSettings('health', { ready }) });
    await expect(pending).rejects.toMatchObject({
      type: 'SERVICE_EXITED',
      message: expect.stringMatching(
        /app-server-1.*exited.*\nlistening\nno such table: orders\. Correct it and deploy again\.$/u,
      ),
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('does not even begin to wait where it has exited at once', async () => {
    const stage = await stoppedStage({ new: { exitsAfterMs: 0 } });
    stage.world.server(SERVER).output = ['the tariffs are missing'];
    await expect(stage.act('service.start')).rejects.toMatchObject({
      type: 'SERVICE_EXITED',
      nonRetryable: true,
      message: expect.stringContaining('the tariffs are missing'),
    });
  });

  it('names server, last answer and the next thing at its limit', async () => {
    const stage = await stoppedStage({ new: { answer: () => ({ status: 503 }) } });
    await stage.act('service.start');
    await expect(stage.act('service.ready')).rejects.toMatchObject({
      type: 'SERVICE_NOT_READY',
      message: expect.stringMatching(/app-server-1.*0\.5s.*HTTP 503.*health\.ready/u),
    });
  });
});

describe('service.remove and service.restore', () => {
  it('bring the old release back from every half-done point', async () => {
    for (const steps of [
      [],
      ['service.stop'],
      ['service.stop', 'image.pull'],
      ['service.stop', 'image.pull', 'service.start'],
    ] as const) {
      const stage = await setStage();
      for (const step of steps) await stage.act(step);
      for (let time = 0; time < 2; time += 1) {
        await stage.undo('service.remove');
        await stage.undo('service.restore');
      }
      const { process, starts } = stage.world.server(SERVER);
      expect(process?.digest).toBe(OLD);
      expect(starts[OLD]).toBe(steps.length === 0 ? 1 : 2);
    }
  });

  it('stop a new release even where remove was not reached', async () => {
    const stage = await stoppedStage();
    await stage.act('service.start');
    const result = await stage.undo('service.restore');
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
    expect(result.evidence.at(-1)).toContain('v1');
  });

  it('restart the same digest that this run has started with another configuration', async () => {
    const stage = await stoppedStage();
    const image = { reference: 'hello:v1', tag: 'v1', digest: OLD };
    await stage.act('service.start', { image });
    await stage.undo('service.restore');
    await stage.undo('service.restore');
    expect(stage.world.server(SERVER)).toMatchObject({
      process: { digest: OLD, runId: `${run.requestId}-restored` },
      starts: { [OLD]: 3 },
    });
    await stage.undo('service.remove');
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
  });

  it('leave nothing running where nothing ran', async () => {
    const stage = await stoppedStage();
    await stage.act('service.start');
    await stage.undo('service.restore', { before: before(SERVER, { release: null }) });
    expect(stage.world.server(SERVER).process).toBeNull();
  });

  it('fetch the old release where it is gone from the server', async () => {
    const stage = await stoppedStage();
    stage.world.server(SERVER).present.delete(OLD);
    await stage.undo('service.restore');
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
  });

  it('start the old release again where it has exited, in the attempt after', async () => {
    const stage = await stoppedStage({ old: { bootMs: 10_000, exitsAfterMs: 30 } });
    await expect(stage.undo('service.restore')).rejects.toMatchObject({
      type: 'SERVICE_EXITED',
      nonRetryable: false,
    });
    Object.assign(stage.world.releases.get(OLD) ?? {}, { bootMs: 0, exitsAfterMs: undefined });
    await stage.undo('service.restore');
    expect(stage.world.server(SERVER).process?.digest).toBe(OLD);
  });

  it('speak the language of the run', async () => {
    const stage = await stoppedStage();
    await stage.act('service.start');
    const { evidence } = await stage.undo('service.restore', { run: { ...run, language: 'zh' } });
    expect(evidence.at(-1)).toContain('已恢复 v1');
  });

  it('fail where the old release does not become ready', async () => {
    const stage = await setStage({ old: { answer: () => ({ status: 500 }) } });
    await expect(stage.undo('service.restore')).rejects.toMatchObject({
      type: 'SERVICE_NOT_READY',
      nonRetryable: false,
    });
  });
});

describe('probeServer and finishServer', () => {
  it('reads what runs and how it stands', async () => {
    const stage = await setStage();
    const probe = () =>
      stage.environment.run(stage.activities.probeServer, {
        run,
        server: SERVER,
        project: withSettings('balancer', {}),
      });
    const release = { digest: OLD, version: 'v1', runId: 'earlier' };
    expect(await probe()).toEqual(before(SERVER, { release }));
    await stage.act('service.stop');
    stage.world.member(SERVER).admin = 'maint';
    expect(await probe()).toEqual({
      server: SERVER,
      release: null,
      stopped: release,
      pool: 'maint',
    });
  });

  it('keeps the releases that the project says, twice over', async () => {
    const stage = await stoppedStage();
    await stage.act('service.start');
    const input = {
      run,
      server: SERVER,
      image: null,
      project: withSettings('runtime', { keepReleases: 0 }),
    };
    await stage.environment.run(stage.activities.finishServer, input);
    await stage.environment.run(stage.activities.finishServer, input);
    expect([...stage.world.server(SERVER).present]).toEqual([NEW]);
  });
});
