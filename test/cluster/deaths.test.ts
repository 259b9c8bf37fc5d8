/** Every process of the cluster dies in the middle of a run: servers and run end as if it had not. */
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRODUCTION, type Stage, startStage } from '../e2e/support/stage.ts';
import { type StageRun, statesOf, stepOf } from '../e2e/support/stage-run.ts';
import { until } from '../lab/support/shell.ts';
import { Cluster, type PartName } from './support/cluster.ts';
import { ROLES } from './support/settings.ts';

const SERVER = 'dev-server-1';
const START = 'service.start';
const STARTED = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
const ATTEMPTS = 5;
const PARTS: readonly PartName[] = [...ROLES, 'postgresql'];

/** Shares of a run, spread over it by the golden ratio: every moment is as likely. */
const MOMENTS = Array.from({ length: 20 }, (_, index) => ((index * 0.618_034) % 1).toFixed(2));

let cluster: Cluster;
let stage: Stage;
/** How long a run in production takes that nobody disturbs. */
let runMs: number;

beforeAll(async () => {
  cluster = await Cluster.start();
  stage = await startStage({ temporal: cluster.environment(cluster.token()) });
  const first = await deploy('v0');
  expect((await first.end()).failure).toBeNull();
  const beganMs = Date.now();
  const approved = await deployApproved('v0');
  expect((await approved.end()).failure).toBeNull();
  runMs = Date.now() - beganMs;
});

afterAll(async () => {
  await stage?.close();
  await cluster?.close();
});

function deploy(version: string): Promise<StageRun> {
  return stage.deploy('development', version, { skip_tests: true });
}

/** To the three servers, approved whenever Temporal takes it. */
async function deployApproved(version: string): Promise<StageRun> {
  const run = await stage.deploy('production', version, { skip_tests: true });
  void approveWhenAsked(run).catch(() => undefined);
  return run;
}

function approveWhenAsked(run: StageRun): Promise<void> {
  const asked = async (): Promise<boolean> => {
    try {
      if ((await run.status()).approval === null) return false;
      await run.approve();
      return true;
    } catch {
      return false;
    }
  };
  return until(`${run.id} is approved`, asked, 120_000, 200);
}

async function untilServerHas(version: string | null, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while ((await stage.world.version(SERVER)) !== version) {
    if (Date.now() > deadline) throw new Error(`${SERVER} never had ${version}`);
    await sleep(10);
  }
}

/** A worker has the activity that starts the release: nobody needs to hand it on any more. */
async function untilStarting(run: StageRun): Promise<void> {
  const begun = async (): Promise<boolean> => {
    const { raw } = await run.handle.describe();
    return (raw.pendingActivities ?? []).some(
      ({ activityType, state }) => activityType?.name === START && state === STARTED,
    );
  };
  await until('the release is being started', begun, 60_000);
}

interface Held {
  readonly run: StageRun;
  readonly version: string;
  /** Lets the new release be started. */
  readonly give: () => void;
}

/** A run whose server is between two versions; one that was quicker than the hold ends, and another begins. */
async function heldBetween(name: PartName): Promise<Held> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const version = `killed-${name}-${attempt}`;
    const run = await deploy(version);
    await untilServerHas(null);
    const give = await stage.world.holdService(SERVER);
    const { requestId } = await run.status();
    if (!stage.world.starts(SERVER).some((each) => each.run === requestId)) {
      return { run, version, give };
    }
    give();
    await run.end();
  }
  throw new Error(`${ATTEMPTS} runs were quicker than the hold`);
}

describe('a process of the cluster that is killed', () => {
  it.each(PARTS)('%s, while the server is between two versions', async (name) => {
    const { run, version, give } = await heldBetween(name);
    await untilStarting(run);
    const part = cluster.part(name);
    await part.kill();
    expect(part.pid).toBeNull();
    // Here the kill landed: the former release has ended, the new one has not been started.
    expect(await stage.world.version(SERVER)).toBeNull();
    give();
    // The activity that is under way needs nobody.
    await untilServerHas(version);
    expect(part.pid).toBeNull();
    await part.start();
    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    expect(await stage.world.version(SERVER)).toBe(version);
    const starts = stage.world.starts(SERVER).filter((each) => each.run === status.requestId);
    expect(starts).toHaveLength(1);
    expect(stepOf(status, 7).state).toBe('succeeded');
    expect(Object.values(statesOf(status))).not.toContain('failed');
  });
});

describe('all of the cluster, database and all, killed and started again', () => {
  it.each(MOMENTS)('when %s of a run is over', async (share) => {
    const version = `moment-${share}`;
    const run = await deployApproved(version);
    await sleep(Number(share) * runMs);
    const parts = PARTS.map((name) => cluster.part(name));
    await Promise.all(parts.map((part) => part.kill()));
    expect(parts.map(({ pid }) => pid)).toEqual(parts.map(() => null));
    await cluster.part('postgresql').start();
    await Promise.all(ROLES.map((role) => cluster.part(role).start()));
    const { failure, status } = await run.end();
    expect(failure).toBeNull();
    expect(status.outcome).toBe('succeeded');
    for (const server of PRODUCTION) {
      expect(await stage.world.version(server)).toBe(version);
      const starts = stage.world.starts(server).filter((each) => each.run === status.requestId);
      expect(starts).toHaveLength(1);
    }
    expect(status.servers.map(({ pool }) => pool)).toEqual(PRODUCTION.map(() => 'in'));
    expect(Object.values(statesOf(status))).not.toContain('failed');
  });
});
