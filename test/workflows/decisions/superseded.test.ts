/** A run that waits for its approval makes way for a newer one of its place; no other run does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Successor } from '../../../src/activities/supersede-contract.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { deferred } from '../../support/deferred.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness, type Started } from '../../support/run-harness.ts';
import { broken, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

let harness: Harness;
beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

const resolve = () => resolvedRun({}, { language: 'en' });
const NEWER = {
  run: { workflowId: 'newer', version: 'v2.1.1', requestedBy: 'dave' },
  seal: { runId: 'r', key: 'k', value: 'v' },
} as unknown as Successor;

const supersede = (run: Started, by: unknown = NEWER): Promise<unknown> =>
  run.handle.executeUpdate('supersede', { args: [by] });

describe('a run that waits for its approval', () => {
  it('ends as superseded, says by whom, and refuses a late approval with that', async () => {
    const late = deferred();
    const reached = deferred();
    const world = stubWorld({
      resolve,
      before: async ({ name }) => {
        if (name !== 'notify.send') return;
        reached.resolve();
        await late.promise;
      },
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(({ approval }) => approval !== null);
      await expect(supersede(run)).resolves.toMatchObject({ accepted: true });
      await reached.promise;
      await run.handle.signal('approve', { by: 'alice' });
      await run.until(({ refusals }) => refusals.length > 0);
      late.resolve();
      return run.end();
    });
    const text = 'superseded by newer (v2.1.1, requested by dave)';
    expect(failure?.type).toBe('RUN_SUPERSEDED');
    expect(failure?.message).toContain(text);
    expect(status).toMatchObject({ outcome: 'superseded', questions: [] });
    expect(status.refusals).toEqual([`approve alice: WRONG_STEP: ${text}`]);
    expect(status.warnings).toContain(text);
    expect(world.announced.at(-1)).toMatchObject({ kind: 'closed', outcome: text });
    expect(world.reports.at(-1)).toMatchObject({ status: 'superseded', approvals: [] });
    expect(world.names()).not.toContain('pool.drain@app-server-1');
  });

  it('goes on where the judge refuses the newer run', async () => {
    const reason = 'it is not newer than this run';
    const world = stubWorld({
      resolve,
      successor: () => ({ accepted: false, code: 'NOT_A_SUCCESSOR', reason }),
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(({ approval }) => approval !== null);
      await expect(supersede(run)).resolves.toMatchObject({ accepted: false, reason });
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.refusals).toEqual([`supersede dave: NOT_A_SUCCESSOR: ${reason}`]);
  });

  it('goes on where nobody can judge it, and takes nothing that is no newer run', async () => {
    const world = stubWorld({
      resolve,
      before: ({ name }) => {
        if (name === 'judgeSuccessor') throw broken('no server answers');
      },
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(({ approval }) => approval !== null);
      await expect(supersede(run)).resolves.toMatchObject({ code: 'NOT_JUDGED' });
      for (const each of [null, {}, { run: {} }, { run: { requestedBy: 'x' } }])
        await expect(supersede(run, each)).rejects.toThrow();
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
  });
});

describe('a run that does not wait for its approval', () => {
  it('is not superseded before it asks, nor while it changes servers', async () => {
    const begun = deferred();
    const first = deferred();
    const second = deferred();
    const world = stubWorld({
      resolve,
      before: async ({ name }) => {
        if (name === 'image.push') {
          begun.resolve();
          await first.promise;
        }
        if (name === 'service.start') await second.promise;
      },
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      await begun.promise;
      await expect(supersede(run)).resolves.toMatchObject({ code: 'WRONG_STEP' });
      first.resolve();
      await run.until(({ approval }) => approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      await run.until(({ steps }) => steps[6]?.state === 'running');
      await expect(supersede(run)).resolves.toMatchObject({ code: 'WRONG_STEP' });
      second.resolve();
      return run.end();
    });
    expect(failure).toBeNull();
    expect(world.names()).not.toContain('judgeSuccessor');
  });

  it('is not superseded while it asks with the lock in its hands', async () => {
    const seed = compiledSeed();
    const approval = seed.steps.find(({ kind }) => kind === 'approval');
    if (approval === undefined) throw new Error('the seed has no approval');
    // Without the branch that would go to it at once.
    const others = seed.steps.filter(({ kind }) => kind !== 'approval' && kind !== 'condition');
    const at = others.findIndex(({ number }) => number === 10);
    const steps = [...others.slice(0, at), { ...approval, skipWhen: [] }, ...others.slice(at)];
    const world = stubWorld({
      resolve: () => resolvedRun({}, { language: 'en', plan: { ...seed, steps } }),
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await expect(supersede(run)).resolves.toMatchObject({ code: 'NOT_REPLACEABLE' });
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
  });
});

describe('a run that supersedes', () => {
  const superseding = () => ({ ...resolve(), supersede: true as const });

  it('asks once the servers were looked at, and says which made way', async () => {
    const world = stubWorld({
      resolve: superseding,
      superseded: () => [
        { workflowId: 'older', refused: null },
        { workflowId: 'oldest', refused: 'WRONG_STEP: it goes on' },
      ],
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(({ approval }) => approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    const names = world.names();
    expect(names.indexOf('supersedeRuns')).toBeGreaterThan(names.indexOf('preflightShared'));
    expect(world.reports.at(-1)?.decisions).toContain('supersedes older');
    expect(status.warnings.join()).toContain('oldest is not superseded: WRONG_STEP');
  });

  it('goes on where the others cannot be found', async () => {
    const world = stubWorld({
      resolve: superseding,
      before: ({ name }) => {
        if (name === 'supersedeRuns') throw broken('no visibility');
      },
    });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until(({ approval }) => approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.warnings.join()).toContain('no visibility');
  });
});
