import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ContainerRuntime,
  ReleaseImage,
  ReleaseStart,
} from '../../src/ports/container-runtime.ts';

/** A server on which nothing of the service has ever run, and a registry with two releases. */
export interface ContainerRuntimeSubject {
  readonly runtime: ContainerRuntime;
  readonly server: string;
  readonly service: string;
  /** Releases that run until they are stopped and that end at SIGTERM. */
  readonly first: ReleaseImage;
  readonly second: ReleaseImage;
  /** More of them, at most six. */
  others(count: number): Promise<readonly ReleaseImage[]>;
  /** How to start one; the contract adds digest, version and run. */
  readonly start: Pick<ReleaseStart, 'command' | 'environment' | 'port'>;
  /** Another program listens on the service's port; gives what ends it. */
  occupyPort(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const MISSING = `sha256:${'0'.repeat(64)}`;
const STOP = { signal: 'SIGTERM', graceMs: 5_000 };

export function describeContainerRuntimeContract(
  name: string,
  makeSubject: () => Promise<ContainerRuntimeSubject>,
): void {
  describe(`ContainerRuntime: ${name}`, () => {
    let subject: ContainerRuntimeSubject;

    const inspect = () => subject.runtime.inspect(subject.server, subject.service);
    const pull = (image: ReleaseImage, service = subject.service) =>
      subject.runtime.pull(subject.server, service, image, {});
    /** As a run does before it fetches. */
    const prune = (keep: number, { digest }: ReleaseImage) =>
      subject.runtime.pruneFetched(subject.server, subject.service, keep, digest);
    const isThere = async ({ digest }: ReleaseImage, service = subject.service) =>
      (await subject.runtime.inspect(subject.server, service)).present.includes(digest);
    const stop = () => subject.runtime.stop(subject.server, subject.service, STOP);
    const start = ({ digest }: ReleaseImage, version: string, runId = 'run-1') =>
      subject.runtime.start(subject.server, subject.service, {
        ...subject.start,
        digest,
        version,
        runId,
      });

    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(() => subject.close());

    it('finds nothing on a server that never had the service', async () => {
      const state = { running: false, release: null, present: [], starts: {} };
      expect(await inspect()).toEqual(state);
      expect(await stop()).toMatchObject({ forced: false });
    });

    it('pulls by digest, twice over', async () => {
      await pull(subject.first);
      await pull(subject.first);
      expect((await inspect()).present).toEqual([subject.first.digest]);
    });

    it('refuses a digest that the registry does not have', async () => {
      await expect(pull({ ...subject.first, digest: MISSING })).rejects.toMatchObject({
        name: 'PortError',
        kind: 'not-found',
      });
      expect((await inspect()).present).toEqual([]);
    });

    it('forgets what a first run put there, twice over, and nothing else', async () => {
      const forget = (runId: string) =>
        subject.runtime.forget(subject.server, subject.service, runId);
      const nothing = { running: false, release: null, present: [], starts: {} };
      await forget('run-1');
      await pull(subject.first);
      await forget('run-1');
      expect(await inspect()).toEqual(nothing);
      await pull(subject.first);
      await start(subject.first, 'v1');
      await forget('run-1');
      expect((await inspect()).running).toBe(true);
      await stop();
      await forget('run-2');
      expect(await inspect()).toMatchObject({ release: { runId: 'run-1' } });
      await forget('run-1');
      await forget('run-1');
      expect(await inspect()).toEqual(nothing);
      await pull(subject.first);
      await start(subject.first, 'v1', 'run-3');
      expect((await inspect()).release).toMatchObject({ runId: 'run-3' });
    });

    it('resumes what it kept as it ran, or says that it keeps nothing', async () => {
      const former = { ...subject.first, runId: 'run-2-restored', undoes: 'run-2' };
      const { port } = subject.start;
      const resume = () =>
        subject.runtime.resume(subject.server, subject.service, { ...former, port });
      await pull(subject.first);
      expect(await resume()).toBe(false);
      await start(subject.first, 'v1');
      await stop();
      const isBack = await resume();
      expect(await resume()).toBe(isBack);
      expect((await inspect()).running).toBe(isBack);
      if (isBack) expect((await inspect()).release).toMatchObject({ runId: 'run-2-restored' });
    });

    it('starts a release once, however often it is asked', async () => {
      await pull(subject.first);
      await start(subject.first, 'v1');
      await start(subject.first, 'v1');
      const state = await inspect();
      expect(state.running).toBe(true);
      expect(state.release).toEqual({
        digest: subject.first.digest,
        version: 'v1',
        runId: 'run-1',
      });
      expect(state.starts).toEqual({ [subject.first.digest]: 1 });
    });

    it('refuses to start a second release beside one that runs', async () => {
      await pull(subject.first);
      await pull(subject.second);
      await start(subject.first, 'v1');
      await expect(start(subject.second, 'v2')).rejects.toMatchObject({
        name: 'PortError',
        kind: 'conflict',
      });
      expect((await inspect()).release?.version).toBe('v1');
    });

    it('refuses to start a release that was not pulled', async () => {
      await expect(start(subject.first, 'v1')).rejects.toMatchObject({
        name: 'PortError',
        kind: 'not-found',
      });
      expect((await inspect()).running).toBe(false);
    });

    it('stops, keeps the release, and brings it back', async () => {
      await pull(subject.first);
      await pull(subject.second);
      await start(subject.first, 'v1');
      expect(await stop()).toMatchObject({ forced: false });
      expect(await stop()).toMatchObject({ forced: false });
      expect((await inspect()).running).toBe(false);
      await start(subject.second, 'v2', 'run-2');
      await stop();
      await start(subject.first, 'v1', 'run-2-restored');
      const state = await inspect();
      expect(state.release).toMatchObject({
        digest: subject.first.digest,
        runId: 'run-2-restored',
      });
      expect(state.starts).toEqual({ [subject.first.digest]: 2, [subject.second.digest]: 1 });
    });

    it('spares what the run that stops it has started, and ends what any other has', async () => {
      await pull(subject.first);
      await start(subject.first, 'v1', 'run-2');
      const stopFor = (spares: string) =>
        subject.runtime.stop(subject.server, subject.service, { ...STOP, spares });
      expect(await stopFor('run-2')).toMatchObject({ forced: false });
      const { running, release } = await inspect();
      expect({ running, run: release?.runId }).toEqual({ running: true, run: 'run-2' });
      await stopFor('run-3');
      expect((await inspect()).running).toBe(false);
    });

    it('finishes: what runs stays, twice over', async () => {
      await pull(subject.first);
      await pull(subject.second);
      await start(subject.second, 'v2');
      await subject.runtime.finish(subject.server, subject.service, 0);
      await subject.runtime.finish(subject.server, subject.service, 0);
      const state = await inspect();
      expect(state.running).toBe(true);
      expect(state.present).toEqual([subject.second.digest]);
    });

    it('finishes without taking away what was fetched for the next run', async () => {
      await pull(subject.first);
      await start(subject.first, 'v1');
      await pull(subject.second);
      await subject.runtime.finish(subject.server, subject.service, 1);
      const { present } = await inspect();
      expect([...present].sort()).toEqual([subject.first.digest, subject.second.digest].sort());
    });

    it('prunes what was fetched and never started: the latest stay, and what ran', async () => {
      const { first, second } = subject;
      const failing = await subject.others(6);
      await pull(first);
      await start(first, 'v1');
      await stop();
      await pull(second);
      await start(second, 'v2', 'run-2');
      for (const image of failing) {
        await prune(3, image);
        await pull(image);
        expect((await inspect()).present.length).toBeLessThanOrEqual(2 + 3 + 1);
      }
      const kept = [first, second, ...failing.slice(2)].map(({ digest }) => digest);
      expect([...(await inspect()).present].sort()).toEqual([...kept].sort());
      const [, , third = second, ...latest] = failing;
      expect(await prune(3, subject.first)).toEqual([third.digest]);
      expect(await prune(3, subject.first)).toEqual([]);
      const went = await prune(0, subject.first);
      expect([...went].sort()).toEqual(latest.map(({ digest }) => digest).sort());
      const state = await inspect();
      expect([...state.present].sort()).toEqual([first.digest, second.digest].sort());
      expect(state.release).toMatchObject({ digest: second.digest, runId: 'run-2' });
      expect(state.running).toBe(true);
    });

    it('prunes nothing of what is to be fetched, and fetches again what it had pruned', async () => {
      const [other = subject.first] = await subject.others(1);
      await pull(subject.first);
      await pull(other);
      expect(await prune(0, subject.first)).toEqual([other.digest]);
      expect(await isThere(subject.first)).toBe(true);
      await pull(other);
      await start(other, 'v3');
      expect((await inspect()).release?.digest).toBe(other.digest);
    });

    it('takes what was fetched twice for the latest', async () => {
      const [other = subject.first] = await subject.others(1);
      await pull(subject.first);
      await pull(subject.second);
      await pull(subject.first);
      expect(await prune(1, other)).toEqual([subject.second.digest]);
      expect(await isThere(subject.first)).toBe(true);
    });

    it("prunes nothing of another service's", async () => {
      const [theirs = subject.first, other = subject.first] = await subject.others(2);
      await pull(theirs, 'neighbour');
      await pull(subject.first);
      expect(await prune(0, other)).toEqual([subject.first.digest]);
      expect(await isThere(theirs, 'neighbour')).toBe(true);
    });

    it('prunes nothing on a server that never had the service', async () => {
      expect(await prune(0, subject.first)).toEqual([]);
      expect((await inspect()).present).toEqual([]);
    });

    it('examines without changing anything: engine, space, clock, and whose the port is', async () => {
      const examine = () =>
        subject.runtime.examine(subject.server, subject.service, subject.start.port);
      const before = await examine();
      expect(before.engine).not.toBe('');
      expect(before.platform ?? 'linux/amd64').toMatch(/^[a-z0-9]+\/[a-z0-9]+$/u);
      expect(before.freeBytes ?? 1).toBeGreaterThan(0);
      expect(before.port).toBe('free');
      expect(Math.abs(before.clockOffsetMs)).toBeLessThan(2_000);
      expect((await inspect()).present).toEqual([]);
      await pull(subject.first);
      await start(subject.first, 'v1');
      await expect.poll(async () => (await examine()).port, { timeout: 5_000 }).toBe('ours');
      await stop();
      expect((await examine()).port).toBe('free');
      const release = await subject.occupyPort();
      expect((await examine()).port).toBe('taken');
      await release();
    });

    it('may fetch from the registry, and has fetched nothing', async () => {
      await expect(
        subject.runtime.mayPull(subject.server, subject.service),
      ).resolves.toBeUndefined();
      expect((await inspect()).present).toEqual([]);
    });

    it('knows only the servers of the project', async () => {
      await expect(
        subject.runtime.inspect('no-such-server', subject.service),
      ).rejects.toMatchObject({
        name: 'PortError',
        kind: 'unknown',
      });
    });
  });
}
