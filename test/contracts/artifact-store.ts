import { describe, expect, it } from 'vitest';
import type { ArtifactArchive, RunListing } from '../../src/ports/artifact-store.ts';

/** More than a connection carries in one piece. */
const LARGE_BYTES = 2 * 1024 * 1024;

/**
 * What every ArtifactStore does.
 * @param open gives a store over the same place each time within a test, as another worker has it; the
 * first of a test is empty
 */
export function artifactStoreContract(name: string, open: () => Promise<ArtifactArchive>): void {
  describe(`artifact store: ${name}`, () => {
    it('gives back what was written, by reference, to another worker too', async () => {
      const store = await open();
      const reference = await store.write('run-1', 'tests/junit.xml', '<测试/>');
      expect(reference).toBe('artifact:run-1/tests/junit.xml');
      const other = await open();
      expect((await other.read(reference))?.toString('utf8')).toBe('<测试/>');
      await other.write('run-1', 'tests/junit.xml', Buffer.from([0, 255, 10, 13]));
      expect(await store.read(reference)).toEqual(Buffer.from([0, 255, 10, 13]));
    });

    it('has nothing of another name or another run', async () => {
      const store = await open();
      await store.write('run-1', 'tests/junit.xml', 'x');
      expect(await store.read('artifact:run-1/tests/none.xml')).toBeNull();
      expect(await store.read('artifact:run-1/tests')).toBeNull();
      expect(await store.read('artifact:run-2/tests/junit.xml')).toBeNull();
    });

    it.each(['', 'a', '发布 v1 %2F +&?#~!\'()*"\\$.log'])(
      'keeps content and names as they are: %j',
      async (text) => {
        const store = await open();
        const name = `logs/${text === '' ? 'empty' : text}`;
        const reference = await store.write('run-1', name, text);
        expect((await store.read(reference))?.toString('utf8')).toBe(text);
        const { runs } = await store.list('run-1');
        expect(runs[0]?.artifacts.map((each) => each.name)).toEqual([name]);
      },
    );

    it.each(['../out', 'a/../../out', 'a/../b', '/etc/passwd', 'a\0b', '..', 'a//b', './a', ''])(
      'refuses the name %j',
      async (bad) => {
        const store = await open();
        const refused = { kind: 'refused', message: expect.stringMatching(/^PATH_OUTSIDE/u) };
        await expect(store.write('run-1', bad, 'x')).rejects.toMatchObject(refused);
        await expect(store.ofEveryRun(bad)).rejects.toMatchObject(refused);
        const kind = bad === '' ? 'invalid' : 'refused';
        await expect(store.read(`artifact:run-1/${bad}`)).rejects.toMatchObject({ kind });
      },
    );

    it.each(['..', '../run-1', '', '.hidden', 'a/b'])('refuses the run %j', async (requestId) => {
      const store = await open();
      await expect(store.write(requestId, 'x', 'x')).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/u);
      await expect(store.list(requestId)).rejects.toThrow(/^PATH_OUTSIDE_PROJECT/u);
    });

    it('refuses what is no reference, and what is too large', async () => {
      const store = await open();
      await expect(store.read('file:///etc/passwd')).rejects.toMatchObject({ kind: 'invalid' });
      const tooLarge = Buffer.alloc(64 * 1024 * 1024 + 1);
      await expect(store.write('run-1', 'x', tooLarge)).rejects.toThrow(/^TOO_LARGE/u);
      expect(await store.read('artifact:run-1/x')).toBeNull();
    });

    it('shows nobody half of what is being written', { timeout: 60_000 }, async () => {
      const [writer, other, reader] = [await open(), await open(), await open()];
      const reference = await writer.write('run-1', 'log', Buffer.alloc(LARGE_BYTES, 'a'));
      let isWriting = true;
      const written = Promise.all([
        writer.write('run-1', 'log', Buffer.alloc(LARGE_BYTES, 'b')),
        other.write('run-1', 'log', Buffer.alloc(LARGE_BYTES, 'c')),
      ]).finally(() => {
        isWriting = false;
      });
      written.catch(() => undefined);
      do {
        const seen = await reader.read(reference);
        expect(seen?.length).toBe(LARGE_BYTES);
        expect([...new Set(seen)]).toHaveLength(1);
      } while (isWriting);
      await written;
      expect(['b', 'c']).toContain((await reader.read(reference))?.toString('utf8', 0, 1));
    });

    it('knows the artifact of one name of every run', async () => {
      const store = await open();
      expect(await store.ofEveryRun('run.json')).toEqual([]);
      for (const id of ['run-1', 'run-10', 'run-2']) await store.write(id, 'run.json', `"${id}"`);
      await store.write('run-3', 'logs/run.json', 'another');
      const found = await (await open()).ofEveryRun('run.json');
      const texts = found.map((each) => [each.requestId, each.content.toString('utf8')]);
      expect(texts.sort()).toEqual([
        ['run-1', '"run-1"'],
        ['run-10', '"run-10"'],
        ['run-2', '"run-2"'],
      ]);
    });

    it('lists what is kept with its size and time, of all runs or of one', async () => {
      const store = await open();
      expect(await store.list()).toEqual({ runs: [], others: [] });
      const beganMs = Date.now();
      await store.write('run-1', 'run.json', '{}');
      await store.write('run-1', 'logs/2-test.log', '测试');
      await store.write('run-10', 'run.json', '{"a":1}');
      const { runs, others } = await (await open()).list();
      expect(sizesOf(runs)).toEqual([
        ['run-1', 'logs/2-test.log', 6],
        ['run-1', 'run.json', 2],
        ['run-10', 'run.json', 7],
      ]);
      expect(others).toEqual([]);
      const times = runs.flatMap((run) => run.artifacts.map((each) => each.changedAtMs));
      // A store may count whole seconds, by its own clock.
      for (const time of times) expect(Math.abs(time - beganMs)).toBeLessThan(60_000);
      expect(sizesOf((await store.list('run-1')).runs)).toHaveLength(2);
      expect(sizesOf((await store.list('run')).runs)).toEqual([]);
    });

    it('removes what is as it was listed, and nothing else', async () => {
      const store = await open();
      await store.write('run-1', 'logs/a', 'a');
      await store.write('run-1', 'logs/b', 'b');
      await store.write('run-1', 'logs/c', 'c');
      const [a, b, c] = (await store.list('run-1')).runs[0]?.artifacts ?? [];
      if (a === undefined || b === undefined || c === undefined) throw new Error('not listed');
      await store.write('run-1', 'logs/b', 'written anew');
      expect(await store.remove(a)).toBe(true);
      expect(await store.remove(a)).toBe(false);
      expect(await store.remove(b)).toBe(false);
      const left = sizesOf((await store.list()).runs);
      expect(left).toEqual([
        ['run-1', 'logs/b', 12],
        ['run-1', 'logs/c', 1],
      ]);
      expect(await store.read('artifact:run-1/logs/a')).toBeNull();
    });
  });
}

function sizesOf(runs: readonly RunListing[]): readonly (readonly unknown[])[] {
  return runs.flatMap(({ requestId, artifacts }) =>
    artifacts.map(({ name, bytes }) => [requestId, name, bytes]),
  );
}
