/**
 * Two workers that deploy and one that builds, of three operating-system users, with a token each, on a
 * cluster that keeps records and artifacts, too. Each of them dies, and so do PostgreSQL and a role.
 */
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EndedRun, StageRun, statesOf } from '../e2e/support/stage-run.ts';
import { until } from '../lab/support/shell.ts';
import type { Outcomes } from './support/attempts.ts';
import { Cluster } from './support/cluster.ts';
import { Crew, SERVERS, USERS } from './support/crew.ts';
import { type Member, usersOf } from './support/member.ts';
import { RELEASE, VERIFY } from './support/shared-project.ts';

const VERSIONS = ['v1', 'v2', 'v3'] as const;
type Version = (typeof VERSIONS)[number];
const [HELD] = SERVERS;
const READY = 'service.ready';
const GUARD = 'guardPool';
const STARTED = proto.temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
const LIMIT_MS = 400_000;
const RUN_LIMIT_SECONDS = 240;
const CANNOT_READ = 'EACCES';

let cluster: Cluster;
let crew: Crew;
let connection: Connection;

beforeAll(async () => {
  cluster = await Cluster.start();
  crew = await Crew.gather(cluster, VERSIONS);
  await crew.start();
  const overrideEnvVars = cluster.environment(cluster.token());
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars });
  connection = await Connection.connect({ ...connectionOptions });
}, LIMIT_MS);

afterAll(async () => {
  await connection?.close();
  await crew?.close();
  await cluster?.close();
}, LIMIT_MS);

/** Typed by one user, and approved by another. */
async function begin(version: Version): Promise<StageRun> {
  const parameters = ['environment=production', `servers=${SERVERS.join()}`, `version=${version}`];
  const request = parameters.flatMap((each) => ['-p', each]);
  const more = ['--add', `8=${VERIFY}`, '--id', version, '--requested-by', 'carol'];
  await said(
    crew.members['deploy-1'],
    'run',
    'deployment.md',
    ...request,
    ...more,
    '--yes',
    '--no-follow',
  );
  return new StageRun(new Client({ connection }).workflow.getHandle(version));
}

async function approve(run: StageRun): Promise<void> {
  await run.untilWaiting(180);
  await said(crew.members['deploy-2'], 'approve', run.id, '--by', 'alice');
}

async function said(member: Member, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await member.typed(...args);
  expect(code, `${member.name}: ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** The worker that has this activity of the run under way; null: none has. */
async function atWork(run: StageRun, type: string): Promise<Member | null> {
  const { raw } = await run.handle.describe();
  const found = (raw.pendingActivities ?? []).filter(
    ({ activityType, state }) => activityType?.name === type && state === STARTED,
  );
  const pids = found.map(({ lastWorkerIdentity }) =>
    Number(/\/(\d+)@/u.exec(lastWorkerIdentity ?? '')?.[1]),
  );
  return crew.all.find((each) => each.isAlive && pids.includes(each.pid)) ?? null;
}

async function untilAtWork(run: StageRun, type: string, not?: Member): Promise<Member> {
  let found: Member | null = null;
  const holds = async (): Promise<boolean> => {
    found = await atWork(run, type);
    return found !== null && found !== not;
  };
  await until(`a worker is at ${type}`, holds, 90_000);
  if (found === null) throw new Error(`nobody is at ${type}`);
  return found;
}

function untilServerHas(version: string | null): Promise<void> {
  const holds = async (): Promise<boolean> => (await crew.world.version(HELD)) === version;
  return until(`${HELD} has ${version}`, holds, 90_000, 10);
}

/** The new release has been started and serves nobody yet. @returns the worker that waits for it */
async function untilBetween(run: StageRun): Promise<Member> {
  await untilServerHas(null);
  return untilAtWork(run, READY);
}

/** What the lint script comes to where its user types it. */
async function attemptsOf(member: Member): Promise<Outcomes> {
  const attempts = await crew.attempts.forUser(member.name, member.user);
  const [, ...argv] = attempts.command('lint', 'tools/lint.mjs');
  const ended = await member.run(process.execPath, ...argv);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return attempts.outcomes('none');
}

/** Every server has it, started once; no step has failed. */
async function expectDeployed({ failure, status }: EndedRun, version: Version): Promise<void> {
  expect(failure).toBeNull();
  expect(status.outcome).toBe('succeeded');
  expect(Object.values(statesOf(status))).not.toContain('failed');
  expect(await crew.world.versions(SERVERS)).toEqual(
    Object.fromEntries(SERVERS.map((name) => [name, version])),
  );
  for (const server of SERVERS) {
    const starts = crew.world.starts(server).filter(({ run }) => run === status.requestId);
    expect(starts, server).toHaveLength(1);
  }
}

describe('three users, one run', () => {
  it('each worker runs as its own user', () => {
    for (const [name, { uid }] of Object.entries(USERS)) {
      const member = crew.members[name as keyof typeof USERS];
      expect(usersOf(member.pid), name).toEqual([uid, uid, uid, uid]);
    }
  });

  it('the run succeeds, and each server is started once', { timeout: LIMIT_MS }, async () => {
    const run = await begin('v1');
    await approve(run);
    await expectDeployed(await run.end(RUN_LIMIT_SECONDS), 'v1');
    expect(crew.attempts.begun('lint', 'v1')).toEqual([USERS.build.uid]);
    expect(crew.attempts.begun('verify', 'v1')).toEqual([USERS.build.uid]);
  });

  it("S3: the project's own lint script reached nothing that deploys", () => {
    const { 'a server': server, 'the records': records, ...rest } = crew.attempts.outcomes('v1');
    expect(Object.keys(rest)).toHaveLength(10);
    expect(new Set(Object.values(rest))).toEqual(new Set([CANNOT_READ]));
    expect(server).toBe('client-authentication');
    expect(records).not.toBe('done');
  });

  it('S3: nor the records, once there are some', async () => {
    const outcomes = await attemptsOf(crew.members.build);
    // With the login that it finds it comes in; PostgreSQL's code for no rights.
    expect(outcomes).toMatchObject({ 'the records': '42501', 'a server': 'client-authentication' });
  });

  it('the same script reaches all of it as a user who deploys: it can tell', async () => {
    const outcomes = Object.entries(await attemptsOf(crew.members['deploy-1']));
    const others = outcomes.filter(([what]) => what.includes('deploy-2'));
    expect(new Set(others.map(([, outcome]) => outcome))).toEqual(new Set([CANNOT_READ]));
    const own = outcomes.filter(([what]) => !what.includes('deploy-2'));
    expect(new Set(own.map(([, outcome]) => outcome))).toEqual(new Set(['done']));
    expect([others.length, own.length]).toEqual([4, 8]);
  });

  it('status, logs, report, list and prune answer alike in either folder', {
    timeout: LIMIT_MS,
  }, async () => {
    const asked = [
      ['status', 'v1', '--json'],
      ['logs', 'v1'],
      ['logs', 'v1', '--report'],
      ['list'],
      ['prune', '--dry-run'],
    ];
    for (const args of asked) {
      const one = await said(crew.members['deploy-1'], ...args);
      expect(one.length, args.join(' ')).toBeGreaterThan(20);
      expect(await said(crew.members['deploy-2'], ...args), args.join(' ')).toBe(one);
    }
  });
});

it('each worker is killed in the middle, and the run succeeds', { timeout: LIMIT_MS }, async () => {
  const { build } = crew.members;
  const letLint = crew.attempts.hold('lint');
  const letVerify = crew.attempts.hold('verify');
  const letRelease = crew.attempts.hold(RELEASE);
  const run = await begin('v2');
  await crew.attempts.untilBegun('lint', 'v2');
  await build.kill();
  expect(build.isAlive).toBe(false);
  await build.start();
  await crew.attempts.untilBegun('lint', 'v2', 2);
  letLint();
  await approve(run);

  const first = await untilBetween(run);
  await first.kill();
  expect(await crew.world.version(HELD)).toBeNull();
  letRelease();
  await untilServerHas('v2');
  expect(first.isAlive).toBe(false);
  await first.start();

  await crew.attempts.untilBegun('verify', 'v2');
  const second = await untilAtWork(run, GUARD);
  expect(second).not.toBe(first);
  await second.kill();
  expect(await untilAtWork(run, GUARD, second)).toBe(first);
  letVerify();
  await expectDeployed(await run.end(RUN_LIMIT_SECONDS), 'v2');
  expect(second.isAlive).toBe(false);
  await second.start();
});

it('PostgreSQL and a role are killed meanwhile, and the run succeeds', {
  timeout: LIMIT_MS,
}, async () => {
  const letRelease = crew.attempts.hold(RELEASE);
  const run = await begin('v3');
  await approve(run);
  await untilBetween(run);
  const parts = [cluster.part('history'), cluster.part('postgresql')];
  for (const part of parts) await part.kill();
  expect(await crew.world.version(HELD)).toBeNull();
  letRelease();
  await untilServerHas('v3');
  for (const part of parts) expect(part.pid).toBeNull();
  for (const part of [...parts].reverse()) await part.start();
  await expectDeployed(await run.end(RUN_LIMIT_SECONDS), 'v3');
});
