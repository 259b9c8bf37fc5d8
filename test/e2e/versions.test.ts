/** Show 4: what changes an activity is another version, and a run ends on the one that it began with. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerProcess } from '../../src/embedded/worker-process.ts';
import { createLocal } from '../support/temporal.ts';
import { Installation, type Place } from './support/installation.ts';
import { PRODUCTION, type Stage, seedText, startStage } from './support/stage.ts';
import type { StageRun } from './support/stage-run.ts';

const DEVELOPMENT = 'dev-server-1';
const REQUEST = { skip_tests: true };
/** What no code of a workflow sees. */
const MESSAGE = {
  file: 'adapters/embedded-balancer/embedded-balancer.js',
  from: 'createEmbeddedBalancer(options) {',
  to: 'createEmbeddedBalancer(options) { /* changed */',
};
/** No server comes back into the pool, whatever is tried. */
const BUG = {
  file: 'adapters/embedded-balancer/embedded-balancer.js',
  from: "enable: (pool, server) => setAdmin(pool, server, 'ready')",
  to: "enable: () => Promise.reject(new TypeError('planted'))",
};

const workers: WorkerProcess[] = [];
/** The tasks of a step from the last to the first: another workflow than the one that wrote a history. */
const OTHER_ORDER = {
  file: 'workflows/steps/action.js',
  from: 'tasksOf(run, step).entries()',
  to: '[...tasksOf(run, step).entries()].reverse()',
};

let env: TestWorkflowEnvironment;
let stage: Stage;
let place: Place;
let old: Installation;
let young: Installation;
let builds: { readonly old: string; readonly young: string };

beforeAll(async () => {
  old = new Installation();
  young = new Installation(MESSAGE);
  env = await createLocal();
  const temporal = { TEMPORAL_ADDRESS: env.address };
  stage = await startStage({
    temporal,
    workerEntry: old.worker,
    templates: { 'deployment.md': seedText },
  });
  place = { cwd: stage.folder, env: temporal };
  workers.push(await young.startWorker(place));
  builds = { old: await installedIn(old), young: await installedIn(young) };
});

afterAll(async () => {
  await Promise.all(workers.map((each) => each.close()));
  await stage?.close();
  await env?.teardown();
  for (const each of [old, young]) each?.remove();
});

async function versionsOf(installation: Installation) {
  const { code, stdout, stderr } = await installation.typed(['versions', '--json'], place);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as {
    readonly current: string;
    readonly installed: string;
    readonly versions: readonly { readonly buildId: string; readonly state: string }[];
  };
}

const installedIn = async (installation: Installation): Promise<string> =>
  (await versionsOf(installation)).installed;

/** The build that a run is on. */
async function buildOf({ handle }: StageRun): Promise<string | undefined> {
  const { raw } = await handle.describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

async function promote(installation: Installation): Promise<string> {
  const ended = await installation.typed(['versions', 'promote', '--yes'], place);
  expect(ended.code, ended.stderr).toBe(0);
  return ended.stdout;
}

async function expectCurrent(buildId: string): Promise<void> {
  await expect.poll(async () => (await versionsOf(old)).current).toBe(buildId);
}

describe('a version', () => {
  it('is another one where one activity has changed, and the same in another folder', async () => {
    expect(builds.young).not.toBe(builds.old);
    const copy = new Installation();
    const changed = new Installation(MESSAGE);
    expect(await installedIn(copy)).toBe(builds.old);
    expect(await installedIn(changed)).toBe(builds.young);
    copy.remove();
    changed.remove();
  });

  it('is current where it was the first; the next to start does not take over', async () => {
    const { current, versions } = await versionsOf(young);
    expect(current).toBe(builds.old);
    expect(versions.map(({ state }) => state).sort()).toEqual(['current', 'inactive']);
  });
});

describe('an upgrade', () => {
  it('while a run waits for approval: it ends on what it began with, the next one on the new', async () => {
    const waits = await stage.deploy('production', 'waited', REQUEST);
    await waits.untilWaiting();
    const said = await promote(young);
    expect(said).toContain(`✓ ${waits.id}`);
    await expectCurrent(builds.young);
    const next = await stage.deploy('development', 'next', REQUEST);
    expect((await next.end()).failure).toBeNull();
    expect(await buildOf(next)).toBe(builds.young);
    await waits.approve();
    expect((await waits.end()).failure).toBeNull();
    expect(await buildOf(waits)).toBe(builds.old);
    const deployed = await stage.world.versions(PRODUCTION);
    expect(new Set(Object.values(deployed))).toEqual(new Set(['waited']));
  });

  it('while a run rolls: every batch is of what it began with', async () => {
    await expectCurrent(builds.young);
    const rolls = await stage.deploy('production', 'rolled', { ...REQUEST, batches: 1 });
    await rolls.approveWhenAsked();
    await expect
      .poll(() => stage.world.version('app-server-1'), { timeout: 60_000 })
      .toBe('rolled');
    expect((await rolls.status()).finishedAtMs).toBeNull();
    await promote(old);
    expect((await rolls.end()).failure).toBeNull();
    expect(await buildOf(rolls)).toBe(builds.young);
    const deployed = await stage.world.versions(PRODUCTION);
    expect(new Set(Object.values(deployed))).toEqual(new Set(['rolled']));
  });

  it('while a failure is undone: the version before is back on every server', async () => {
    await expectCurrent(builds.old);
    stage.edit('src/behaviour.mjs', 'status: 200', 'status: 500');
    const fails = await stage.deploy('production', 'undone', REQUEST);
    await fails.approveWhenAsked();
    await fails.until(({ failure }) => failure !== null);
    await promote(young);
    const { failure } = await fails.end();
    stage.restoreSample();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(await buildOf(fails)).toBe(builds.old);
    const deployed = await stage.world.versions(PRODUCTION);
    expect(new Set(Object.values(deployed))).toEqual(new Set(['rolled']));
  });

  it('is tried on the histories of these runs first', async () => {
    const agrees = await young.typed(['replay', '--since', '1d'], place);
    expect(agrees).toMatchObject({ code: 0, stderr: '' });
    expect(agrees.stdout).toMatch(/replayed ([4-9]|\d\d) histories: \1 agree, 0 do not/u);
    const other = new Installation(OTHER_ORDER);
    const differs = await other.typed(['replay', '--run', 'e2e-1', '--json'], place);
    expect(differs.code, differs.stderr).toBe(3);
    expect(JSON.parse(differs.stdout)).toMatchObject({
      workflowId: 'e2e-1',
      problem: { kind: 'nondeterminism', eventId: expect.any(Number) },
    });
    other.remove();
  });

  it('is taken back', async () => {
    await expectCurrent(builds.young);
    const ended = await old.typed(['versions', 'rollback', '--yes'], place);
    expect(ended.code, ended.stderr).toBe(0);
    await expectCurrent(builds.old);
  });
});

describe('a run that is stuck on a bug of its version', () => {
  it('is mended where it is moved: its history is replayed, then it goes on', async () => {
    const broken = new Installation(BUG);
    workers.push(await broken.startWorker(place));
    await promote(broken);
    const stuck = await stage.deploy('development', 'stuck', REQUEST);
    await stuck.until(({ needsAttention }) => needsAttention !== null, 150);
    expect(await buildOf(stuck)).toBe(await installedIn(broken));
    const moved = await young.typed(['versions', 'move', stuck.id, '--yes'], place);
    expect(moved.code, moved.stderr).toBe(0);
    expect(moved.stdout).toContain(`✓ ${stuck.id}`);
    const resolved = await young.typed(['resolve', stuck.id, 'retry', '--by', 'alice'], place);
    expect(resolved.code, resolved.stderr).toBe(0);
    const { failure } = await stuck.end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(await buildOf(stuck)).toBe(builds.young);
    expect(await stage.world.version(DEVELOPMENT)).toBe('next');
    expect(await stage.world.pool('development')).toMatchObject({
      [DEVELOPMENT]: { admin: 'ready', healthy: true },
    });
    broken.remove();
  });
});

describe('a worker that drains', () => {
  it('ends the run of its version, takes no other, and ends by itself', async () => {
    await promote(young);
    await promote(old);
    const waits = await stage.deploy('production', 'drained', REQUEST);
    await waits.untilWaiting();
    await promote(young);
    await stage.worker.close();
    const drains = old.typed(['worker', '--drain'], place);
    const next = await stage.deploy('development', 'after', REQUEST);
    expect((await next.end()).failure).toBeNull();
    expect(await buildOf(next)).toBe(builds.young);
    await waits.approve();
    expect((await waits.end()).failure).toBeNull();
    expect(await buildOf(waits)).toBe(builds.old);
    const ended = await drains;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain(`1 run still open on version ${builds.old.slice(0, 12)}`);
    expect(ended.stdout).toContain('the worker ends');
  });
});
