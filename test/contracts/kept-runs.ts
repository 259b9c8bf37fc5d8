import { describe, expect, it } from 'vitest';
import { keepOutput } from '../../src/activities/run/kept-output.ts';
import { outputsOf, runsKept } from '../../src/cli/kept-output.ts';
import { chooseLeftovers } from '../../src/cli/prune/choose.ts';
import { findLeftovers } from '../../src/cli/prune/found.ts';
import { removeChosen } from '../../src/cli/prune/remove.ts';
import type { CommandLog } from '../../src/plan/command-log.ts';
import type { RunRef } from '../../src/plan/run.ts';
import type { ArtifactArchive } from '../../src/ports/artifact-store.ts';

const RUN: RunRef = {
  workflowId: 'deploy-1',
  requestId: '0d3f2f2e-5f0a-4a53-9d3b-111111111111',
  project: 'shop',
  service: 'shop',
  environment: 'production',
  version: 'v2.1.0',
  templateId: 'deployment_workflow_v1',
  planDigest: `sha256:${'1'.repeat(64)}`,
  requestedBy: 'alice',
  language: 'en',
};
const OF_TESTS: CommandLog = {
  step: 2,
  name: 'test',
  command: 'npm test',
  servers: [],
  startedAtMs: 1000,
  durationMs: 1500,
  exitCode: 0,
};
const DAY_MS = 86_400_000;
const KEEP = { runs: 0, builds: 0, ageMs: 0 };

/**
 * What `runsheet logs` and `runsheet prune` find of what workers wrote, whatever the kind of store.
 * @param open gives a store over the same place each time within a test; the first of a test is empty
 */
export function keptRunsContract(name: string, open: () => Promise<ArtifactArchive>): void {
  /** As two workers, each with a folder of its own. */
  async function keep(): Promise<void> {
    const [one, other] = [await open(), await open()];
    await keepOutput(one, RUN, '2-test', OF_TESTS, 'all passed\n');
    const smoke = { ...OF_TESTS, step: 8, name: 'smoke', servers: ['app-server-1'] };
    await keepOutput(other, RUN, '8-smoke', smoke, 'answers\n');
    await other.write(RUN.requestId, 'report.md', '# Report\n');
  }

  function found(store: ArtifactArchive): ReturnType<typeof findLeftovers> {
    const artifacts = { kind: 'database', url: null } as const;
    return findLeftovers({ folder: import.meta.dirname, connections: { artifacts } }, store);
  }

  describe(`what is kept of runs: ${name}`, () => {
    it('is found by a command elsewhere, whichever worker wrote it', async () => {
      await keep();
      const store = await open();
      const [run, ...others] = await runsKept(store);
      expect(run).toMatchObject({ workflowId: 'deploy-1', requestId: RUN.requestId });
      expect(others).toEqual([]);
      if (run === undefined) throw new Error('not found');
      const outputs = await outputsOf(store, run);
      expect(outputs).toMatchObject([OF_TESTS, { step: 8, servers: ['app-server-1'] }]);
      const texts = await Promise.all(outputs.map(({ reference }) => store.read(reference)));
      expect(texts.map(String)).toEqual(['all passed\n', 'answers\n']);
    });

    it('goes once its run is over and old, except the report', async () => {
      await keep();
      const store = await open();
      const nowMs = Date.now() + 2 * DAY_MS;
      const { runs } = chooseLeftovers(await found(store), { keep: KEEP, open: [], nowMs });
      expect(runs.map(({ workflowId }) => workflowId)).toEqual([RUN.workflowId]);
      const { removed, failed } = await removeChosen({ runs, builds: [] }, store);
      expect(failed).toEqual([]);
      expect(removed).toHaveLength(4);
      const left = (await store.list()).runs.flatMap(({ artifacts }) => artifacts);
      expect(left.map((each) => each.name).sort()).toEqual(['report.md', 'run.json']);
    });

    it('stays where a worker has written it anew since it was found', async () => {
      await keep();
      const store = await open();
      const nowMs = Date.now() + 2 * DAY_MS;
      const chosen = chooseLeftovers(await found(store), { keep: KEEP, open: [], nowMs });
      await keepOutput(await open(), RUN, '2-test', OF_TESTS, 'once more\n');
      await removeChosen(chosen, store);
      const left = await store.read(`artifact:${RUN.requestId}/logs/2-test.log`);
      expect(String(left)).toBe('once more\n');
    });
  });
}
