/** Shows 6 and 7, and what the servers say after a failure: edits, killed workers, rollbacks, locks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  edited,
  PRODUCTION,
  type Stage,
  seedText,
  startStage,
  stepText,
  withId,
} from './support/stage.ts';
import { type StageRun, statesOf, stepOf } from './support/stage-run.ts';

const DEVELOPMENT = 'dev-server-1';
const HEALTHY = { admin: 'ready', healthy: true };
const ALL_IN = { 'app-server-1': HEALTHY, 'app-server-2': HEALTHY, 'app-server-3': HEALTHY };

let stage: Stage;
let deployed = '';

beforeAll(async () => {
  stage = await startStage({
    restartWorker: false,
    templates: { 'sheet.md': withId(seedText, 'sheet') },
  });
  deployed = 'v1';
  const run = await deploy(deployed);
  await run.approveWhenAsked();
  expect((await run.end()).failure).toBeNull();
});

afterAll(() => stage?.close());

afterEach(() => stage.restoreSample());

/** To all three production servers, with an approval; without the checks and tests of steps 1 and 2. */
function deploy(version: string, type?: string): Promise<StageRun> {
  const options = type === undefined ? {} : { type };
  return stage.deploy('production', version, { skip_tests: true }, options);
}

function everywhere(version: string): Record<string, string> {
  return Object.fromEntries(PRODUCTION.map((server) => [server, version]));
}

/** How often each server started something for this run. */
async function startsOf(run: StageRun): Promise<Record<string, number>> {
  const { requestId } = await run.status();
  return Object.fromEntries(
    PRODUCTION.map((server) => [
      server,
      stage.world.starts(server).filter((start) => start.run === requestId).length,
    ]),
  );
}

const ONCE = { 'app-server-1': 1, 'app-server-2': 1, 'app-server-3': 1 };

async function expectDeployed(run: StageRun, version: string): Promise<void> {
  const { failure, status } = await run.end();
  expect(failure).toBeNull();
  expect(status.outcome).toBe('succeeded');
  expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere(version));
  expect(await startsOf(run)).toEqual(ONCE);
  expect(await stage.world.pool('production')).toMatchObject(ALL_IN);
  deployed = version;
}

/** The old version on every server, each in the pool, and nobody holds the environment. */
async function expectUntouched(): Promise<void> {
  expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere(deployed));
  expect(await stage.world.pool('production')).toMatchObject(ALL_IN);
  await expectNoLock('production');
}

async function expectNoLock(environment: string): Promise<void> {
  const lock = stage.client.workflow.getHandle(`runsheet-lock:shipping-quotes:${environment}`);
  expect((await lock.describe()).status.name).not.toBe('RUNNING');
}

/** Polls the servers themselves, not the run. */
async function untilServers(holds: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the servers were never so');
    await sleep(5);
  }
}

/** From its stop on, nothing can be started on this server until the lock is given back. */
async function holdOnceStopped(server: string): Promise<() => void> {
  await untilServers(async () => (await stage.world.version(server)) === null);
  return stage.world.holdService(server);
}

describe('a template that changes while its run waits for approval', () => {
  it('is edited: the run goes on as planned at its start', async () => {
    const run = await deploy('edited', 'sheet');
    const { planDigest } = await run.untilWaiting();
    const plan = await run.plan();
    const text = withId(seedText, 'sheet');
    const shorter = edited(text, stepText(text, 10), '');
    stage.write('templates/sheet.md', edited(shorter, '< 500ms', '< 1ms'));
    await run.approve();
    await expectDeployed(run, 'edited');
    const status = await run.status();
    expect(status.planDigest).toBe(planDigest);
    expect(await run.plan()).toEqual(plan);
    expect(stepOf(status, 10).state).toBe('succeeded');
    const [time] = stepOf(status, 8).criteria.filter(
      ({ fact }) => fact === 'health_check.response_time',
    );
    expect(time).toMatchObject({ threshold: 500, passed: true });

    // A run that starts now takes the text as it is now.
    const next = await deploy('after-the-edit', 'sheet');
    const after = await next.untilWaiting();
    expect(after.planDigest).not.toBe(planDigest);
    expect(after.steps.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await next.reject();
    expect((await next.end()).failure?.type).toBe('RUN_REJECTED');
    stage.write('templates/sheet.md', text);
  });

  it('is deleted, and the worker begins anew: the run goes on as planned at its start', async () => {
    const run = await deploy('deleted', 'sheet');
    await run.untilWaiting();
    stage.remove('templates/sheet.md');
    await stage.worker.kill();
    await stage.worker.start();
    await run.approve();
    await expectDeployed(run, 'deleted');
    expect((await run.status()).steps).toHaveLength(10);

    const next = await (await deploy('after-the-deletion', 'sheet')).end();
    expect(next.failure?.type).toBe('UNKNOWN_TEMPLATE');
    await expectUntouched();
  });
});

describe('a worker that is killed', () => {
  it('while the run waits for approval: the approval is not lost', async () => {
    const run = await deploy('killed-waiting');
    await run.untilWaiting();
    await stage.worker.kill();
    expect(stage.worker.pid()).toBeNull();
    await run.approve();
    const events = async () => (await run.handle.fetchHistory()).events ?? [];
    const isKept = async () =>
      (await events()).some((each) => each.workflowExecutionSignaledEventAttributes);
    await expect.poll(isKept).toBe(true);
    expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere(deployed));
    await stage.worker.start();
    await expectDeployed(run, 'killed-waiting');
  });

  it('while exactly one server runs the new version: each server starts it once', async () => {
    const version = 'killed-half-way';
    const run = await deploy(version);
    await run.approveWhenAsked();
    const release = await Promise.all(['app-server-2', 'app-server-3'].map(holdOnceStopped));
    await untilServers(async () => (await stage.world.version('app-server-1')) === version);
    await stage.worker.kill();
    expect(await stage.world.versions(PRODUCTION)).toEqual({
      'app-server-1': version,
      'app-server-2': null,
      'app-server-3': null,
    });
    for (const give of release) give();
    await stage.worker.start();
    await expectDeployed(run, version);
  });

  it('while a failure is undone: the old version is back on every server', async () => {
    stage.edit('src/behaviour.mjs', 'status: 200', 'status: 500');
    const run = await deploy('killed-undoing');
    await run.approveWhenAsked();
    await run.until(({ failure }) => failure !== null);
    await stage.worker.kill();
    await stage.worker.start();
    const { failure } = await run.end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    await expectUntouched();
  });
});

describe('a step that fails', () => {
  async function failing(version: string) {
    const traffic = stage.world.traffic('production');
    const run = await deploy(version);
    await run.approveWhenAsked();
    const ended = await run.end();
    const seen = await traffic.stop();
    return { ...ended, seen };
  }

  it('7, the release ends as it starts: all servers have the old version, customers saw no error', async () => {
    stage.edit('src/behaviour.mjs', 'exitCodeAtStart: null', 'exitCodeAtStart: 1');
    const { failure, status, seen } = await failing('exits');
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(statesOf(status)).toMatchObject({ 6: 'rolled_back', 7: 'failed', 8: 'not_reached' });
    expect(stepOf(status, 10).state).toBe('succeeded');
    for (const server of PRODUCTION) expect(status.rollback.join('\n')).toContain(server);
    expect(seen.failures).toEqual([]);
    expect(seen.versions).toEqual([deployed]);
    await expectUntouched();
  });

  it('8, the release answers 500: all servers have the old version, customers saw no error', async () => {
    stage.edit('src/behaviour.mjs', 'status: 200', 'status: 500');
    const { failure, status, seen } = await failing('answers-500');
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(statesOf(status)).toMatchObject({ 7: 'rolled_back', 8: 'failed', 9: 'not_reached' });
    expect(seen.failures).toEqual([]);
    expect(seen.versions).toEqual([deployed]);
    await expectUntouched();
  });

  it('9, the balancer cannot reach a server: the servers of this run have the old version', async () => {
    const port = stage.world.server('app-server-3').servicePort;
    const run = await deploy('unreachable');
    await run.approveWhenAsked();
    await run.untilStep(7, 'running');
    await stage.world.setAddress('production', 'app-server-3', 9);
    await run.until(({ failure }) => failure !== null);
    await stage.world.setAddress('production', 'app-server-3', port);
    const { failure, status } = await run.end();
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(statesOf(status)).toMatchObject({ 7: 'rolled_back', 9: 'failed' });
    await expectUntouched();
  });
});

describe('a run that is cancelled in step 7', () => {
  it('is undone on every server and closes cancelled', async () => {
    const run = await deploy('cancelled');
    await run.approveWhenAsked();
    const give = await holdOnceStopped('app-server-3');
    await untilServers(async () => (await stage.world.version('app-server-1')) === 'cancelled');
    await run.handle.cancel();
    give();
    const { failure, status } = await run.end();
    expect(failure?.type).toBe('CancelledFailure');
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect(status.outcome).toBe('cancelled');
    expect(stepOf(status, 7).state).toBe('failed');
    expect(stepOf(status, 10).state).toBe('succeeded');
    await expectUntouched();
  });
});

describe('two runs of one environment', () => {
  it('wait for approval side by side: the second is asked again, as another version runs by then', async () => {
    const one = await deploy('asked-once');
    const two = await deploy('asked-twice');
    await Promise.all([one.untilWaiting(), two.untilWaiting()]);
    await one.approve();
    await expectDeployed(one, 'asked-once');
    await two.approve();
    const asked = await two.until(({ warnings }) =>
      warnings.some((each) => each.includes('审批后')),
    );
    expect(asked.warnings.join('\n')).toContain('asked-once');
    expect(await stage.world.versions(PRODUCTION)).toEqual(everywhere(deployed));
    await two.untilStep(5, 'waiting');
    await two.approve('bob');
    await expectDeployed(two, 'asked-twice');
    await expectNoLock('production');
  });

  it('change servers one after the other', async () => {
    const request = { skip_tests: true };
    const before = await (await stage.deploy('development', 'first', request)).end();
    expect(before.failure).toBeNull();
    const give = await stage.world.holdService(DEVELOPMENT);
    const one = await stage.deploy('development', 'one', request, { id: 'holder' });
    await one.untilStep(6, 'running');
    const two = await stage.deploy('development', 'two', request);
    const waiting = await two.until(({ activity }) => activity.includes('等待锁'));
    expect(waiting.activity).toContain('holder');
    expect(await stage.world.version(DEVELOPMENT)).toBe('first');
    give();
    expect((await one.end()).failure).toBeNull();
    expect((await two.end()).failure).toBeNull();
    expect(await stage.world.version(DEVELOPMENT)).toBe('two');
    const runs = stage.world.starts(DEVELOPMENT).map(({ run }) => run);
    const ids = [await one.status(), await two.status()].map(({ requestId }) => requestId);
    expect(runs.slice(-2)).toEqual(ids);
    await expectNoLock('development');
  });
});
