/** Approvals in time: asked, reminded, judged, expired, rejected, refused. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/plan/plan.ts';
import { UNDECIDED_LIMIT } from '../../../src/workflows/decisions/desk.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { deferred } from '../../support/deferred.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { bundleInterpreter, countedInterpreter, Harness } from '../../support/run-harness.ts';
import { acceptKnown, broken, type StubServer, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const HOUR_MS = 3_600_000;
const SEED = compiledSeed();
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

/** The seed's plan with another quorum. */
function withQuorum(quorum: { kind: 'all' } | { kind: 'count'; people: number }): Plan {
  return {
    ...SEED,
    steps: SEED.steps.map((step) => (step.kind === 'approval' ? { ...step, quorum } : step)),
  };
}

describe('an approval that nobody answers', () => {
  it('reminds before it expires after 24 hours, and touches no server', async () => {
    const world = stubWorld();
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_EXPIRED');
    expect(failure?.message).toContain('步骤5');
    expect(world.announced.map((each) => each.kind)).toEqual(['request', 'reminder', 'closed']);
    expect(world.announced[2]?.outcome).toContain('24');
    expect(status.outcome).toBe('expired');
    expect(status.steps[4]?.state).toBe('failed');
    expect(status.steps[5]?.state).toBe('not_reached');
    const waited = (status.steps[4]?.finishedAtMs ?? 0) - (status.steps[4]?.startedAtMs ?? 0);
    expect(waited).toBeGreaterThanOrEqual(24 * HOUR_MS);
    expect(waited).toBeLessThan(25 * HOUR_MS);
    expect(world.names()).not.toContain('pool.drain@app-server-1');
    expect(world.reports.at(-1)?.status).toBe('expired');
    expect(world.reports.at(-1)?.peopleMs).toBeGreaterThanOrEqual(24 * HOUR_MS);
  });

  it('schedules no notice where no channel of the step is configured', async () => {
    const settings = { channels: { configured: ['webhook' as const] } };
    const world = stubWorld({ resolve: () => resolvedRun({}, { settings }) });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      const { approval } = await run.until((each) => each.approval !== null);
      expect(approval?.delivered).toEqual(['Web UI']);
      return run.end();
    });
    expect(failure?.type).toBe('RUN_EXPIRED');
    expect(world.announced).toEqual([]);
  });

  it('goes on where it is approved without a notice, and replays: its timers run on', async () => {
    const settings = { channels: { configured: [] } };
    const world = stubWorld({ resolve: () => resolvedRun({}, { settings }) });
    const { failure, events } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      const ended = await run.end();
      const history = await run.handle.fetchHistory();
      await Worker.runReplayHistory({ workflowBundle: await bundleInterpreter() }, history);
      return { ...ended, events: history.events ?? [] };
    });
    expect(failure).toBeNull();
    expect(world.announced).toEqual([]);
    expect(events.filter((each) => each.timerCanceledEventAttributes)).toEqual([]);
  });

  it('sends no reminder where the project wants none', async () => {
    const world = stubWorld({ resolve: () => resolvedRun({}, { reminderSeconds: 0 }) });
    await harness.run(world);
    expect(world.announced.map((each) => each.kind)).toEqual(['request', 'closed']);
  });

  it('expires as well where no notice could be delivered', async () => {
    const world = stubWorld({
      before: ({ name }) => {
        if (name.startsWith('announce')) throw broken('no mail server');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_EXPIRED');
    expect(status.warnings.join()).toContain('no mail server');
  });
});

describe('a flood of decisions', () => {
  /** The seed with an approval that expires in real time: while somebody is judged, no time is skipped. */
  function shortly(timeoutSeconds: number): Plan {
    const steps = SEED.steps.map((step) =>
      step.kind === 'approval' ? { ...step, timeoutSeconds } : step,
    );
    return { ...SEED, steps };
  }

  const JUDGE_MS = 150;

  it('holds no deadline back: steady before it, at it and after it', async () => {
    let send: () => Promise<void> = async () => undefined;
    let judged = 0;
    const world = stubWorld({
      resolve: () => resolvedRun({}, { plan: shortly(2), reminderSeconds: 0 }),
      before: async ({ name }) => {
        // Two for one: there is always somebody to be judged. Those after it are refused at once.
        if (['judgeDecision', 'announce.closed', 'report.write'].includes(name)) {
          await Promise.all([send(), send()]);
        }
        if (name !== 'judgeDecision') return;
        judged += 1;
        await sleep(JUDGE_MS);
      },
    });
    const { failure, status } = await harness.with(world, async (start) => {
      // While somebody is judged, the run learns of nothing else for most of a task.
      const run = await start({}, { options: { workflowTaskTimeout: '2s' } });
      send = () => run.handle.signal('answer', { word: 'approve', by: 'junk' });
      await run.until((each) => each.approval !== null);
      await Promise.all(Array.from({ length: UNDECIDED_LIMIT }, () => send()));
      return run.end();
    });
    expect(failure?.type).toBe('RUN_EXPIRED');
    expect(judged).toBeGreaterThan(2);
    expect(judged).toBeLessThan(UNDECIDED_LIMIT);
    const waitedMs = (status.steps[4]?.finishedAtMs ?? 0) - (status.steps[4]?.startedAtMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(2_000);
    expect(status.questions).toEqual([]);
  }, 60_000);
});

describe('decisions', () => {
  it('are judged when the request has been sent: nothing else is under way then', async () => {
    const order: string[] = [];
    const signalled = deferred();
    const world = stubWorld({
      before: async ({ name }) => {
        if (name === 'announce.request') await signalled.promise;
        if (name === 'announce.request' || name === 'judgeDecision') order.push(name);
      },
    });
    const { failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      signalled.resolve();
      return run.end();
    });
    expect(failure).toBeNull();
    expect(order).toEqual(['announce.request', 'judgeDecision']);
  });

  it('ends at a rejection and says who rejected and why', async () => {
    const world = stubWorld();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('reject', { by: 'bob', comment: '今晚不行' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_REJECTED');
    expect(failure?.message).toContain('bob');
    expect(failure?.message).toContain('今晚不行');
    expect(status.outcome).toBe('rejected');
    expect(world.names()).toEqual(
      expect.arrayContaining(['report.write', 'notify.send', 'record.update']),
    );
    expect(world.names().some((name) => name.startsWith('pool.'))).toBe(false);
  });

  it('refuses the requester, strangers, other steps and shapeless messages, and shows it', async () => {
    const world = stubWorld();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'carol' });
      await run.handle.signal('approve', { by: 'mallory' });
      await run.handle.signal('approve', { by: 'alice', step: 8 });
      await run.handle.signal('approve', 'alice');
      await run.handle.signal('approve', { by: '' });
      await run.handle.signal('approve', { by: 'alice', comment: 7 });
      await run.handle.signal('approve', { by: 'alice', comment: 'x'.repeat(5000) });
      await run.handle.signal('retry', { by: 'alice' });
      await run.until((each) => each.refusals.length === 8);
      await run.handle.signal('approve', { by: 'alice', step: 5 });
      return run.end();
    });
    expect(failure).toBeNull();
    const codes = status.refusals.map((line) => line.split(': ')[1]).sort();
    expect(codes).toEqual([
      'BAD_DECISION',
      'BAD_DECISION',
      'BAD_DECISION',
      'NOT_AN_APPROVER',
      'SELF_APPROVAL',
      'TOO_LARGE',
      'WRONG_STEP',
      'WRONG_STEP',
    ]);
  });

  it('refuses a decision before its step and after it', async () => {
    let late: (() => Promise<void>) | undefined;
    const world = stubWorld({
      before: async ({ name }) => {
        if (name === 'report.write') await late?.();
      },
    });
    const { status } = await harness.with(world, async (start) => {
      let early: (() => Promise<void>) | undefined;
      const run = await start();
      late = () => run.handle.signal('approve', { by: 'bob' });
      early = () => run.handle.signal('retry', { by: 'bob' });
      await early();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(status.outcome).toBe('succeeded');
    expect(status.refusals).toHaveLength(2);
    expect(status.refusals.every((line) => line.includes('WRONG_STEP'))).toBe(true);
  });

  it('counts distinct people where the document wants two, a second vote of one is refused', async () => {
    const plan = withQuorum({ kind: 'count', people: 2 });
    const world = stubWorld({ resolve: () => resolvedRun({}, { plan }) });
    const { status, failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'alice' });
      await run.handle.signal('approve', { by: 'alice' });
      const between = await run.until((each) => each.refusals.length === 1);
      expect(between.steps[4]).toMatchObject({ state: 'waiting', note: '1 more' });
      await run.handle.signal('approve', { by: 'bob' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.approval?.votes.map((vote) => vote.by)).toEqual(['alice', 'bob']);
    expect(status.approval?.quorum).toBe('2 人批准');
    expect(status.refusals[0]).toContain('QUORUM_SAME_PERSON');
  });

  it('answers an update with the judgement, and refuses a malformed one before the history', async () => {
    const plan = withQuorum({ kind: 'all' });
    const world = stubWorld({ resolve: () => resolvedRun({}, { plan, language: 'en' }) });
    const { status } = await harness.with(world, async (start) => {
      const run = await start();
      const tooEarly = await run.handle.executeUpdate('decide', {
        args: [{ kind: 'approve', by: 'bob', step: 3 }],
      });
      expect(tooEarly).toMatchObject({ accepted: false, code: 'WRONG_STEP' });
      await run.until((each) => each.approval !== null);
      for (const malformed of [{ kind: 'maybe', by: 'bob' }, { kind: 'approve' }, null]) {
        await expect(run.handle.executeUpdate('decide', { args: [malformed] })).rejects.toThrow();
      }
      await expect(
        run.handle.executeUpdate('resolve', { args: [{ action: 'retry', by: 'bob' }] }),
      ).rejects.toThrow();
      const stranger = await run.handle.executeUpdate('decide', {
        args: [{ kind: 'approve', by: 'eve' }],
      });
      expect(stranger).toMatchObject({ accepted: false, code: 'NOT_AN_APPROVER' });
      const first = await run.handle.executeUpdate('decide', {
        args: [{ kind: 'approve', by: 'bob' }],
      });
      expect(first).toMatchObject({ accepted: true, quorumReached: false });
      const second = await run.handle.executeUpdate('decide', {
        args: [{ kind: 'approve', by: 'alice' }],
      });
      expect(second).toMatchObject({ accepted: true, quorumReached: true });
      return run.end();
    });
    expect(status.outcome).toBe('succeeded');
    expect(status.approval?.quorum).toBe('one for each role');
  });

  it('takes an answer by one signal and by one update, whatever is asked', async () => {
    const plan = withQuorum({ kind: 'all' });
    const world = stubWorld({ resolve: () => resolvedRun({}, { plan }) });
    const { status, failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      for (const malformed of [{ word: 'maybe', by: 'bob' }, { word: 'approve' }, null]) {
        const refused = run.handle.executeUpdate('answer', { args: [malformed] });
        await expect(refused).rejects.toMatchObject({ cause: { type: 'BAD_DECISION' } });
      }
      const other = await run.handle.executeUpdate('answer', {
        args: [{ word: 'retry', by: 'bob' }],
      });
      expect(other).toMatchObject({
        code: 'WRONG_STEP',
        reason: '步骤 5 在等待 approve 或 reject',
      });
      const first = await run.handle.executeUpdate('answer', {
        args: [{ word: 'approve', by: 'bob', step: 5 }],
      });
      expect(first).toMatchObject({ accepted: true, quorumReached: false });
      await run.handle.signal('answer', { word: 'approve', by: 'alice', comment: '好' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.approval?.votes).toMatchObject([{ by: 'bob' }, { by: 'alice', comment: '好' }]);
  });

  it('keeps at most 100 undecided decisions and counts the rest', async () => {
    let judged = 0;
    const held = deferred();
    const world = stubWorld({
      before: async ({ name }) => {
        if (name === 'judgeDecision' && judged++ === 0) await held.promise;
      },
    });
    const { status, failure } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'first' });
      await expect.poll(() => judged).toBe(1);
      const flood = Array.from({ length: 101 }, (_, at) =>
        run.handle.signal('approve', { by: `p${at}` }),
      );
      await Promise.all(flood);
      held.resolve();
      await run.until((each) => each.refusals.at(-1) === '… +52');
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(judged).toBe(102);
    expect(status.refusals).toHaveLength(51);
    expect(status.refusals.some((line) => line.includes('TOO_LARGE'))).toBe(true);
  }, 60_000);

  it('refuses where the judge itself fails', async () => {
    const world = stubWorld({
      judge: (input) => {
        if (input.decision.by === 'bob') throw broken('runsheet.yaml cannot be read');
        return acceptKnown(input);
      },
    });
    const { status } = await harness.with(world, async (start) => {
      const run = await start();
      await run.until((each) => each.approval !== null);
      await run.handle.signal('approve', { by: 'bob' });
      await run.until((each) => each.refusals.length === 1);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(status.refusals[0]).toContain('NOT_JUDGED: runsheet.yaml cannot be read');
  });
});

describe('staging and development', () => {
  it('goes on in staging where no request is pending, and records it', async () => {
    const world = stubWorld();
    const { failure, status } = await harness.run(world, { environment: 'staging' });
    expect(failure).toBeNull();
    expect(status.steps[4]).toMatchObject({ state: 'succeeded' });
    expect(status.steps[4]?.note).toContain('可选审批');
    expect(world.announced).toEqual([]);
    expect(world.names().filter((name) => name === 'findPendingApprovals')).toHaveLength(1);
    expect(world.reports.at(-1)?.decisions.join()).toContain('可选审批');
  });

  it('waits in staging like production where a request is pending', async () => {
    const world = stubWorld({ pending: ['other-run'] });
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start({ environment: 'staging' });
      const waiting = await run.until((each) => each.approval !== null);
      expect(waiting.approval?.roles).toEqual(['技术负责人']);
      await run.handle.signal('approve', { by: 'alice' });
      return run.end();
    });
    expect(failure).toBeNull();
    expect(status.steps[4]?.state).toBe('succeeded');
  });

  it('skips the approval in development', async () => {
    const world = stubWorld();
    const { failure, status } = await harness.run(world, { environment: 'development' });
    expect(failure).toBeNull();
    expect(status.steps[4]?.state).toBe('skipped');
    expect(world.announced).toEqual([]);
  });
});

describe('a version that changed behind an approval', () => {
  /** Somebody else deploys while the run waits for the lock, `times` times. */
  function interfering(times: number) {
    let changes = 0;
    let probes = 0;
    return stubWorld({
      before: ({ name, server }, world) => {
        if (name !== 'probeServer' || server !== 'app-server-1') return;
        probes += 1;
        if (probes < 2 || changes >= times) return;
        changes += 1;
        const touched = world.servers.get('app-server-1');
        if (touched !== undefined) touched.version = `v9.${changes}`;
      },
    });
  }

  async function approveEach(world: ReturnType<typeof stubWorld>, times: number) {
    return harness.with(world, async (start) => {
      const run = await start();
      for (let at = 1; at <= times; at += 1) {
        await run.until((each) => {
          const asked = world.announced.filter((one) => one.kind === 'request').length;
          return asked === at && each.steps[4]?.state === 'waiting';
        });
        await run.handle.signal('approve', { by: at === 1 ? 'alice' : 'bob' });
      }
      return run.end();
    });
  }

  it('asks again, with what changed, and gives the lock back meanwhile', async () => {
    const world = interfering(1);
    const { failure, status } = await approveEach(world, 2);
    expect(failure).toBeNull();
    expect(status.warnings.join()).toContain('v2.0.0 → v9.1');
    const second = world.announced.filter((each) => each.kind === 'request')[1];
    expect(second?.lines[0]).toContain('v9.1');
    expect(world.reports.at(-1)?.approvals).toEqual(['bob (运维负责人)']);
  });

  it('gives up after three rounds', async () => {
    const world = interfering(5);
    const { failure, status } = await approveEach(world, 3);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.failure?.type).toBe('APPROVAL_STALE');
    expect(world.names().some((name) => name.startsWith('pool.'))).toBe(false);
  });

  /** The first look is for the approval, the second once the lock is held. */
  function meanwhile(change: (server: StubServer, looks: number) => void) {
    let looks = 0;
    return stubWorld({
      before: ({ name, server }, { servers }) => {
        if (name !== 'probeServer' || server !== 'app-server-1') return;
        looks += 1;
        const touched = servers.get('app-server-1') ?? { version: 'v2.0.0', pool: 'ready' };
        servers.set('app-server-1', touched);
        change(touched, looks);
      },
    });
  }
  const requests = (world: ReturnType<typeof stubWorld>) =>
    world.announced.filter((each) => each.kind === 'request').length;

  it('U5: the service crashed on a server between approval and step 6: not asked again', async () => {
    const world = meanwhile((server, looks) => {
      server.hasDied = looks >= 2;
    });
    const { failure, status } = await approveEach(world, 1);
    expect(failure).toBeNull();
    expect(requests(world)).toBe(1);
    expect(status.warnings.join()).not.toContain('changed after the approval');
  });

  it('U5: it was down when the approval was asked for, and has come back: not asked again', async () => {
    const world = meanwhile((server, looks) => {
      server.hasDied = looks < 2;
    });
    expect((await approveEach(world, 1)).failure).toBeNull();
    expect(requests(world)).toBe(1);
  });

  it('U5: another version was deployed and has crashed: asked again', async () => {
    const world = meanwhile((server, looks) => {
      if (looks >= 2) Object.assign(server, { version: 'v9', hasDied: true });
    });
    const { failure, status } = await approveEach(world, 2);
    expect(failure).toBeNull();
    expect(status.warnings.join()).toContain('v2.0.0 → v9');
  });

  it('U5: nothing ran at the approval, and another run has deployed one: asked again', async () => {
    const world = meanwhile((server, looks) => {
      server.version = looks < 2 ? null : 'v9';
    });
    const { status } = await approveEach(world, 2);
    expect(status.warnings.join()).toContain('– → v9');
  });
});
