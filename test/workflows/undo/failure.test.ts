/** What a failure means: terminated, restored, switched back, stuck. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/plan/run.ts';
import { compiledSeed } from '../../support/compiled-seed.ts';
import { resolvedRun } from '../../support/resolved-run.ts';
import { countedInterpreter, Harness } from '../../support/run-harness.ts';
import { broken, type StubCall, type StubWorld, stubWorld } from '../../support/stub-activities.ts';
import { createTimeSkipping } from '../../support/temporal.ts';

const DEVELOPMENT = { environment: 'development' };
const OLD = { version: 'v2.0.0', pool: 'ready' };
const SEED = compiledSeed();
let harness: Harness;

beforeAll(async () => {
  const [env, bundle] = await Promise.all([createTimeSkipping(), countedInterpreter()]);
  harness = new Harness(env, bundle);
});
afterAll(() => harness?.close());

/** Whether anything but a look was done on a server. */
function changedServers(world: StubWorld): boolean {
  return world.calls.some(
    ({ name, server }) => server !== null && !/^(?:preflight|probe)/u.test(name),
  );
}

/** A world in which one action fails, on one server or everywhere. */
function failing(action: string, server: string | null = null) {
  return stubWorld({
    before: (call) => {
      if (call.name !== action || (server !== null && call.server !== server)) return;
      throw broken(`${action} is broken`);
    },
  });
}

/** A world in which one action measures something else. */
function measuring(action: string, facts: readonly Fact[], server: string | null = null) {
  const differs = (call: StubCall): boolean =>
    call.name === action && (server === null || call.server === server);
  return stubWorld({ facts: (call) => (differs(call) ? facts : null) });
}

describe('before the first step that changes servers', () => {
  it.each([
    ['code.analyze', 1],
    ['tests.run', 2],
    ['image.push', 3],
  ] as const)('terminates where %s fails, and tells', async (action, step) => {
    const world = failing(action);
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(failure?.message).toContain(`步骤${step}`);
    expect(failure?.message).toContain(`${action} is broken`);
    expect(status.failure?.step).toBe(step);
    expect(changedServers(world)).toBe(false);
    expect(world.reports.at(-1)?.status).toBe('failed');
    expect(status.steps[9]?.state).toBe('succeeded');
  });

  it('fails where the version cannot be resolved', async () => {
    const world = failing('resolveSource');
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.message).toContain('resolveSource is broken');
    expect(status.steps[0]?.state).toBe('failed');
  });

  it.each([
    [
      'a finding',
      'code.analyze',
      [{ id: 'code.serious_findings', value: 1, detail: 'app.js:3' }],
      '测得 1',
    ],
    [
      'a finding of the audit',
      'code.audit',
      [{ id: 'security.high_findings', value: 2 }],
      '测得 2',
    ],
    [
      '94 %',
      'tests.verify',
      [
        { id: 'tests.pass_rate', value: 94 },
        { id: 'tests.critical_pass_rate', value: 100 },
      ],
      '测得 94%',
    ],
    ['nothing measured', 'code.scan', [], '没有测量值'],
    [
      'another tag',
      'image.push',
      [
        { id: 'image.pushed', value: true },
        { id: 'image.tag', value: 'v1' },
      ],
      '测得 v1',
    ],
  ] as const)('holds criteria: %s', async (_name, action, facts, reason) => {
    const { failure } = await harness.run(measuring(action, facts), DEVELOPMENT);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(failure?.message).toContain(reason);
  });

  it('passes at 96 %', async () => {
    const facts: Fact[] = [
      { id: 'tests.pass_rate', value: 96 },
      { id: 'tests.critical_pass_rate', value: 100 },
    ];
    const { failure } = await harness.run(measuring('tests.verify', facts), DEVELOPMENT);
    expect(failure).toBeNull();
  });
});

describe('steps 6 and 7', () => {
  it.each([
    'pool.drain',
    'service.stop',
    'image.pull',
    'config.update',
    'service.start',
    'service.ready',
  ])('restores the old version where %s fails on one server', async (action) => {
    const world = failing(action, 'app-server-2');
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(failure?.message).toContain('app-server-2');
    expect(status.outcome).toBe('rolled_back');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
    expect(status.servers.map((server) => [server.version, server.pool])).toEqual(
      Array(3).fill(['v2.0.0', 'in']),
    );
    expect(world.reports.at(-1)?.status).toBe('rolled_back');
    expect(world.reports.at(-1)?.rollback.length).toBeGreaterThan(0);
  });

  it('shows no value where only some servers were measured, and says which and why', async () => {
    const world = failing('service.stop', 'app-server-2');
    const { status } = await harness.run(world, DEVELOPMENT);
    const stopped = status.steps[5]?.criteria.find((each) => each.fact === 'service.stopped');
    expect(stopped).toMatchObject({ value: null, passed: false });
    expect(stopped?.detail).toBe('未测量：app-server-2; service.stop is broken');
  });

  it('says why a criterion was never measured', async () => {
    const world = stubWorld({
      facts: ({ name }) => (name === 'tests.run' ? [] : null),
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.message).toContain('没有测量值');
    expect(failure?.message).toContain('(tests.run ok)');
    const rate = status.steps[1]?.criteria.find((each) => each.fact === 'tests.critical_pass_rate');
    expect(rate).toMatchObject({ value: null, passed: false, detail: 'tests.run ok' });
  });

  it('stops a server where a connection is left before its service is stopped', async () => {
    const world = measuring(
      'connections.wait',
      [{ id: 'connections.active', value: 1 }],
      'app-server-1',
    );
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(failure?.message).toContain('无活跃连接');
    expect(world.names()).not.toContain('service.stop@app-server-1');
    expect(world.names()).not.toContain('service.restore@app-server-1');
    expect(world.names()).toContain('pool.readmit@app-server-1');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('allows the requests that the project allows to cut', async () => {
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { settings: { drain: { allowCutRequests: 3 } } }),
      facts: (call) =>
        call.name === 'connections.wait' ? [{ id: 'connections.active', value: 1 }] : null,
    });
    expect((await harness.run(world)).failure).toBeNull();
  });

  it('undoes last first, and only what was attempted', async () => {
    const world = failing('service.start', 'app-server-1');
    await harness.run(world, { ...DEVELOPMENT, servers: ['app-server-1'] });
    const undone = world.names().filter((name) => /restore|readmit|remove|withdraw/u.test(name));
    expect(undone).toEqual([
      'service.remove@app-server-1',
      'config.restore@app-server-1',
      'service.restore@app-server-1',
      'pool.readmit@app-server-1',
    ]);
  });

  it('begins nothing more on the others after the first failure', async () => {
    const world = failing('pool.drain', 'app-server-2');
    await harness.run(world, DEVELOPMENT);
    expect(world.names()).not.toContain('service.stop@app-server-1');
  });
});

describe('steps 8 and 9', () => {
  it.each(['health.endpoint', 'routes.update', 'traffic.verify'])(
    'switches back where %s fails',
    async (action) => {
      const world = failing(action);
      const { failure } = await harness.run(world, DEVELOPMENT);
      expect(failure?.type).toBe('RUN_ROLLED_BACK');
      for (const server of world.servers.values()) expect(server).toEqual(OLD);
    },
  );

  it('undoes servers in the pool one after the other', async () => {
    const world = failing('traffic.verify');
    await harness.run(world, DEVELOPMENT);
    const undone = world.calls.filter((call) => /restore|readmit|remove|withdraw/u.test(call.name));
    const order = undone.map((call) => call.server);
    const blocks = order.filter((server, at) => server !== order[at - 1]);
    expect(blocks).toEqual(['app-server-1', 'app-server-2', 'app-server-3']);
  });

  it.each([
    [
      'health.performance',
      [
        { id: 'health_check.response_time', value: 700 },
        { id: 'service.error_rate', value: 0 },
        { id: 'health.passed', value: true },
      ],
    ],
    [
      'traffic.verify',
      [
        { id: 'traffic.all_receive', value: true },
        { id: 'traffic.deviation', value: 21 },
      ],
    ],
    [
      'measureOutcome',
      [
        { id: 'service.error_rate', value: 4, samples: 50 },
        { id: 'health_check.response_time', value: 40, samples: 50 },
      ],
    ],
  ] as const)('holds the measurements of %s against the thresholds', async (action, facts) => {
    const world = measuring(action, facts);
    const { failure } = await harness.run(world, DEVELOPMENT);
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('lets the health check stand where too few requests came since', async () => {
    const world = measuring('measureOutcome', [
      { id: 'service.error_rate', value: 50, samples: 2 },
    ]);
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure).toBeNull();
    expect(status.success?.map((rule) => rule.passed)).toEqual(Array(5).fill(true));
    expect(status.success?.[3]?.detail).toContain('样本太少');
  });
});

describe('telling', () => {
  it.each(['report.write', 'notify.send', 'record.update'])(
    'succeeds with a warning where %s fails',
    async (action) => {
      const world = failing(action);
      const { failure, status, result } = await harness.run(world, DEVELOPMENT);
      expect(failure).toBeNull();
      expect(result).toMatchObject({
        outcome: 'succeeded',
        warnings: [expect.stringContaining(action)],
      });
      expect(status.steps[9]?.state).toBe('failed');
      expect(world.names()).toContain('record.update');
      expect(world.names().some((name) => name.startsWith('pool.readmit'))).toBe(false);
    },
  );

  it('keeps the failure where the notification fails too', async () => {
    const world = stubWorld({
      before: ({ name }) => {
        if (name === 'tests.run' || name === 'notify.send') throw broken(`${name} is broken`);
      },
    });
    const { failure, status } = await harness.run(world, DEVELOPMENT);
    expect(failure?.message).toContain('tests.run');
    expect(status.warnings.join()).toContain('notify.send');
  });

  it('does not fail a good deployment where finishing a server fails', async () => {
    const { failure, status } = await harness.run(
      failing('finishServer', 'app-server-1'),
      DEVELOPMENT,
    );
    expect(failure).toBeNull();
    expect(status.warnings.join()).toContain('finishServer');
  });
});

describe('a rollback that cannot succeed', () => {
  function stuckWorld(plan = SEED) {
    const state = { broken: true };
    const world = stubWorld({
      resolve: (input) => resolvedRun((input.inputs[0] ?? {}) as Record<string, string>, { plan }),
      before: ({ name, server }) => {
        if (name === 'service.start') throw broken('does not start');
        if (name === 'service.restore' && server === 'app-server-2' && state.broken)
          throw broken('disk full');
      },
    });
    return { world, state };
  }

  it('waits for a person with the state of every server, and goes on after retry', async () => {
    const { world, state } = stuckWorld();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.outcome).toBe('needs_attention');
      expect(waiting.needsAttention).toContain('disk full');
      for (const name of ['app-server-1', 'app-server-2', 'app-server-3']) {
        expect(waiting.needsAttention).toContain(name);
      }
      await run.handle.signal('approve', { by: 'alice' });
      await run.handle.signal('retry', { by: 'mallory' });
      await run.until((each) => each.refusals.length === 2);
      state.broken = false;
      await run.handle.signal('retry', { by: 'alice' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.needsAttention).toBeNull();
    for (const server of world.servers.values()) expect(server).toEqual(OLD);
  });

  it('goes on after skip, with a warning, and answers the update', async () => {
    const { world } = stuckWorld();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await expect(
        run.handle.executeUpdate('resolve', { args: [{ action: 'skip', by: 'eve' }] }),
      ).rejects.toThrow();
      await run.handle.executeUpdate('resolve', { args: [{ action: 'rollback', by: 'bob' }] });
      await run.until((each) => each.needsAttention !== null);
      const answer = await run.handle.executeUpdate('resolve', {
        args: [{ action: 'skip', by: 'alice' }],
      });
      expect(answer).toBe('skip: alice');
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(status.warnings.join()).toContain('app-server-2');
    expect(status.servers[1]?.excluded).toContain('不重新挂载');
    expect(world.servers.get('app-server-2')?.pool).toBe('maint');
    expect(world.servers.get('app-server-1')).toEqual(OLD);
  });

  it('retry with the current settings is for the servers that are stuck, and is recorded', async () => {
    const { world, state } = stuckWorld();
    const { failure, status } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      const waiting = await run.until((each) => each.needsAttention !== null);
      expect(waiting.needsAttention).toContain('--with-current-settings');
      state.broken = false;
      const answer = await run.handle.executeUpdate('resolve', {
        args: [{ action: 'retry', by: 'alice', withCurrentSettings: true }],
      });
      expect(answer).toBe('retry: alice');
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    const anew = world.undone.filter((each) => each.withCurrentSettings === true);
    expect(new Set(anew.map(({ server }) => server))).toEqual(new Set(['app-server-2']));
    expect(world.reports.at(-1)?.decisions.join()).toContain(
      'retry（按 runsheet.yaml 现在的设置）: alice',
    );
    expect(status.rollback.join()).toContain('app-server-2 恢复旧版本服务');
  });

  it.each([
    ['skip', true],
    ['rollback', true],
    ['retry', 'yes'],
  ])('refuses %s with withCurrentSettings %s', async (action, withCurrentSettings) => {
    const { world, state } = stuckWorld();
    await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      await run.handle.signal(action, { by: 'alice', withCurrentSettings });
      const refused = await run.until((each) => each.refusals.length === 1);
      expect(refused.refusals[0]).toContain('BAD_DECISION');
      state.broken = false;
      await run.handle.signal('retry', { by: 'alice', withCurrentSettings: false });
      return run.end();
    });
    expect(world.undone.some((each) => each.withCurrentSettings === true)).toBe(false);
  });

  it('B18 asks for a known person where the template has no approval', async () => {
    const plan = {
      ...SEED,
      steps: SEED.steps.filter((step) => step.kind !== 'approval'),
    };
    const { world, state } = stuckWorld(plan);
    const { failure } = await harness.with(world, async (start) => {
      const run = await start(DEVELOPMENT);
      await run.until((each) => each.needsAttention !== null);
      state.broken = false;
      for (const by of ['root', 'anybody', 'alice@', 'carol']) {
        await run.handle.signal('retry', { by });
      }
      const { refusals } = await run.until((each) => each.refusals.length === 4);
      expect(refusals[0]).toContain('NOT_AN_APPROVER');
      await run.handle.signal('retry', { by: 'bob' });
      return run.end();
    });
    expect(failure?.type).toBe('RUN_ROLLED_BACK');
    expect(world.reports.at(-1)?.decisions.join()).toContain('retry: bob');
  });
});

describe('a request that cannot be resolved', () => {
  it('fails with the same type and text, and does nothing', async () => {
    const world = stubWorld({
      resolve: () => {
        throw broken('缺少参数 version', 'BAD_REQUEST');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure).toEqual({ type: 'BAD_REQUEST', message: '缺少参数 version' });
    expect(status.outcome).toBe('failed');
    expect(world.names()).toEqual(['resolvePlan']);
  });
});

describe('a range that says terminate after servers were changed', () => {
  it('undoes nothing and says so', async () => {
    const plan = { ...SEED, rollback: [{ from: 1, to: 10, policy: 'terminate' as const }] };
    const world = stubWorld({
      resolve: () => resolvedRun(DEVELOPMENT, { plan }),
      before: ({ name }) => {
        if (name === 'service.start') throw broken('does not start');
      },
    });
    const { failure, status } = await harness.run(world);
    expect(failure?.type).toBe('RUN_FAILED');
    expect(status.warnings.join()).toContain('app-server-1');
    expect(world.names().some((name) => name.includes('restore'))).toBe(false);
  });
});
