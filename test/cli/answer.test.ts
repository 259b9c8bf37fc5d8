/** pending and answer as the built program, over runs that ask. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledSeed } from '../support/compiled-seed.ts';
import { resolvedRun } from '../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../support/run-harness.ts';
import { broken, type StubWorld, stubWorld } from '../support/stub-activities.ts';
import { createLocal } from '../support/temporal.ts';
import { newProject, runsheet } from './support/program.ts';

const DEVELOPMENT = { environment: 'development' };
let harness: Harness;
let project: ReturnType<typeof newProject>;
beforeAll(async () => {
  const [env, bundle] = await Promise.all([createLocal(), countedInterpreter()]);
  harness = new Harness(env, bundle);
  project = newProject();
  const file = join(project.folder, 'runsheet.yaml');
  const queue = `task_queue: ${harness.taskQueue}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace('task_queue: runsheet', queue));
}, 120_000);
afterAll(async () => {
  await harness?.close();
  project.remove();
});

const typed = (...args: string[]) =>
  runsheet([...args, '--lang', 'en'], {
    cwd: project.folder,
    env: { PATH: project.PATH, TEMPORAL_ADDRESS: harness.env.address },
  });

/** Its step 1 fails once and asks. */
function asking(): StubWorld {
  const seed = compiledSeed();
  const ask = { kind: 'ask', waitSeconds: 1800, withoutService: false } as const;
  const steps = seed.steps.map((step) =>
    step.number === 1 && step.kind === 'action' ? { ...step, onFailure: ask } : step,
  );
  let failed = 0;
  return stubWorld({
    resolve: () => resolvedRun(DEVELOPMENT, { plan: { ...seed, steps }, language: 'en' }),
    before: ({ name }) => {
      if (name === 'code.audit' && failed++ === 0) throw broken('the disk is full');
    },
  });
}

describe('what waits for people', { timeout: 120_000 }, () => {
  it('is nothing, and said so', async () => {
    await harness.with(stubWorld(), async () => {
      const ended = await typed('pending');
      expect(ended).toMatchObject({ code: 0, stdout: 'no question waits for anybody\n' });
      const none = await typed('answer', 'retry', '--by', 'alice');
      expect(none.code).toBe(2);
      expect(none.stderr).toContain('no run is waiting for retry\nnext: runsheet pending');
    });
  });

  it('is listed, refuses what it does not take, and is answered', async () => {
    const world = asking();
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const { workflowId } = run.handle;
      await run.until((each) => each.needsAttention !== null);
      const shown = await typed('pending');
      expect(shown.stdout).toContain('the disk is full');
      expect(shown.stdout).toContain(`runsheet answer ${workflowId} retry|skip|rollback --by`);
      const listed = JSON.parse((await typed('pending', '--json')).stdout) as object;
      expect(listed).toMatchObject({
        questions: [{ workflowId, kind: 'failure', step: 1 }],
        silent: [],
        isPart: false,
      });
      const wrong = await typed('answer', workflowId, 'approve', '--by', 'alice');
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('WRONG_STEP');
      expect(wrong.stderr).toContain('it takes retry, skip, rollback');
      const unknown = await typed('answer', workflowId, 'maybe');
      expect(unknown.stderr).toContain('expected approve, reject, retry, skip, rollback');
      const item = await typed('answer', workflowId, 'one', 'retry');
      expect(item.stderr).toContain('expected a step number');
      const settings = await typed('answer', workflowId, 'skip', '--with-current-settings');
      expect(settings.stderr).toContain('goes with retry');
      const stranger = await typed('resolve', workflowId, 'retry', '--by', 'mallory');
      expect(stranger.code).toBe(2);
      expect(stranger.stderr).toContain('NOT_AN_APPROVER');
      const answered = await typed('answer', workflowId, '1', 'retry', '--by', 'alice', '--json');
      expect(answered, answered.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(answered.stdout)).toMatchObject({
        workflowId,
        step: 1,
        word: 'retry',
        accepted: true,
        answer: 'retry: alice',
      });
      return run.end();
    });
    expect(failure).toBeNull();
  });

  it('of several runs is named by run, and an approval is judged', async () => {
    const world = stubWorld({ resolve: () => resolvedRun({}, { language: 'en' }) });
    await harness.with(world, async (start) => {
      const runs = [await start(), await start()];
      for (const run of runs) await run.until((each) => each.steps[4]?.state === 'waiting');
      const both = await typed('answer', 'approve', '--by', 'alice');
      expect(both.code).toBe(2);
      expect(both.stderr).toContain('2 runs are waiting; name one:');
      const [one, other] = runs.map(({ handle }) => handle.workflowId);
      const refused = await typed('answer', one ?? '', 'approve', '--by', 'carol', '--json');
      expect(refused.code).toBe(2);
      expect(JSON.parse(refused.stdout)).toMatchObject({ accepted: false, code: 'SELF_APPROVAL' });
      const approved = await typed('answer', one ?? '', 'approve', '--by', 'alice');
      expect(approved.stdout).toContain(`✓ ${one}: approved, alice`);
      const rejected = await typed('reject', '--by', 'bob', '--comment', 'not today');
      expect(rejected.stdout).toContain(`✓ ${other}: rejected, bob`);
      for (const run of runs) await run.end();
    });
  });
});
