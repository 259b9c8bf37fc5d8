/** A person takes a server out of its pool and puts it back: who may, when, and what runs make of it. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createPoolMoveActivities } from '../../../src/activities/fleet/move-server.ts';
import { createServerStateActivities } from '../../../src/activities/fleet/server-states.ts';
import type { DecisionPolicy, TemporalAccess } from '../../../src/activities/local/index.ts';
import { createProof } from '../../../src/activities/sealing/proof.ts';
import { createMemoryRecordStore } from '../../../src/adapters/database/memory-record-store.ts';
import { createFakeSeal } from '../../../src/adapters/fake/fake-seal.ts';
import type { MovedServer, MovePoolInput, PermittedMove } from '../../../src/plan/pool-move.ts';
import type { ServerStates } from '../../../src/plan/shown-server.ts';
import { run, SERVERS, type Stage, setStage } from '../servers/stage.ts';

const POLICY: DecisionPolicy = {
  roles: { ops: { names: ['运维'] }, dev: { names: ['开发'] } },
  people: { alice: { name: 'Alice', roles: ['ops'] }, bob: { name: 'Bob', roles: ['dev'] } },
  allowSelfApproval: false,
  operators: { [run.environment]: ['ops'] },
};
const [FIRST = '', SECOND = '', THIRD = ''] = SERVERS;
const EXECUTION = { workflowId: 'pool-1', runId: 'execution-1' };

/** When the lock is looked at: who holds it; null: nobody. */
type Holder = () => string | null;

function moving(stage: Stage, holder: Holder = () => null) {
  const describe: TemporalAccess['describe'] = async () => {
    const workflowId = holder();
    if (workflowId === null) return null;
    return {
      runId: 'lock',
      running: true,
      wasCut: false,
      startedAtMs: 0,
      type: 'environmentLock',
      taskQueue: 'q',
      startedBy: { workflowId, runId: 'x' },
    };
  };
  const activities = createPoolMoveActivities({
    ...stage.ports,
    seal: createFakeSeal(),
    policy: () => Promise.resolve(POLICY),
    temporal: () => Promise.resolve({ describe } as TemporalAccess),
  });
  const permit = (input: Partial<MovePoolInput>): Promise<PermittedMove> => {
    const asked: MovePoolInput = {
      service: run.service,
      environment: run.environment,
      server: FIRST,
      to: 'out',
      by: 'alice',
      reason: 'a new disk',
      language: 'en',
      ...input,
    };
    const local = new MockActivityEnvironment({ workflowExecution: EXECUTION, isLocal: true });
    return local.run(activities.permitMove, asked) as Promise<PermittedMove>;
  };
  const carryOut = (permitted: PermittedMove): Promise<MovedServer> =>
    stage.environment.run(activities.moveServer, permitted) as Promise<MovedServer>;
  return {
    permit,
    carryOut,
    move: async (input: Partial<MovePoolInput>) => carryOut(await permit(input)),
  };
}

async function shownMove(stage: Stage): Promise<unknown> {
  const states = createServerStateActivities({
    ...stage.ports,
    records: createMemoryRecordStore(),
  });
  const { service, environment } = run;
  const asked = { service, environment, servers: [FIRST], language: 'en' } as const;
  const shown = (await stage.environment.run(states.showServers, asked)) as ServerStates;
  return shown.servers[0]?.moved;
}

describe('pool out and pool in', () => {
  it('set maint, say who and why, and are so already the second time', async () => {
    const stage = await setStage();
    const { move } = moving(stage);
    const who = 'Alice (ops)';
    const out = { server: FIRST, to: 'out', changed: true, who };
    expect(await move({})).toEqual(out);
    expect(stage.world.member(FIRST).admin).toBe('maint');
    expect(await shownMove(stage)).toMatchObject({ who, reason: 'a new disk' });
    expect(await move({ reason: 'an old disk' })).toEqual({ ...out, changed: false });
    expect(await shownMove(stage)).toMatchObject({ reason: 'an old disk' });
    expect(await move({ to: 'in', reason: '' })).toMatchObject({ to: 'in', changed: true });
    expect(stage.world.member(FIRST).admin).toBe('ready');
    expect(await move({ to: 'in', reason: '' })).toMatchObject({ to: 'in', changed: false });
    expect(await shownMove(stage)).toBeUndefined();
    stage.world.member(FIRST).admin = 'maint';
    expect(await shownMove(stage)).toBeUndefined();
  });

  it('put back what a run has left out', async () => {
    const stage = await setStage();
    stage.world.member(FIRST).admin = 'drain';
    expect(await moving(stage).move({ to: 'in' })).toMatchObject({ changed: true });
    expect(stage.world.member(FIRST).admin).toBe('ready');
  });

  it('leave one server that serves, whatever the floor says', async () => {
    const stage = await setStage();
    const { move } = moving(stage);
    await move({ server: FIRST });
    await move({ server: SECOND });
    await expect(move({ server: THIRD })).rejects.toMatchObject({
      type: 'POOL_FLOOR',
      message: expect.stringContaining('without it nothing would serve'),
    });
    expect(stage.world.member(THIRD).admin).toBe('ready');
  });

  it('leave as many as the floor says, and speak to a person, not of a run', async () => {
    const stage = await setStage();
    const { permit, carryOut } = moving(stage);
    const under = async (language: 'zh' | 'en'): Promise<PermittedMove> => {
      const permitted = await permit({ language });
      const balancer = { ...permitted.project.balancer, floorPercent: 100 };
      return { ...permitted, project: { balancer } };
    };
    stage.world.member(SECOND).admin = 'maint';
    await expect(carryOut(await under('en'))).rejects.toMatchObject({
      type: 'POOL_FLOOR',
      message:
        `The server ${FIRST} stays in the pool web: at least 3 of its 3 servers must serve, and without this one 1 would; ` +
        `others out of service: ${SECOND} (maint). Bring another one back first (\`runsheet pool in\`), or lower balancer.floor.`,
    });
    await expect(carryOut(await under('zh'))).rejects.toMatchObject({
      message: expect.stringContaining(
        `${FIRST} 未移出池 web：3 台中至少要有 3 台在线，没有它就只剩 1 台`,
      ),
    });
  });

  it('put the server back where another one has left meanwhile', async () => {
    const stage = await setStage();
    stage.world.member(THIRD).admin = 'drain';
    const { balancer } = stage.ports;
    const taken: boolean[] = [];
    const setMaintenance: typeof balancer.setMaintenance = async (pool, server, on) => {
      taken.push(on);
      if (on) stage.world.member(SECOND).admin = 'drain';
      await balancer.setMaintenance(pool, server, on);
    };
    const raced: Stage = {
      ...stage,
      ports: { ...stage.ports, balancer: { ...balancer, setMaintenance } },
    };
    await expect(moving(raced).move({})).rejects.toMatchObject({ type: 'POOL_FLOOR' });
    expect(taken).toEqual([true, false]);
    expect(stage.world.member(FIRST).admin).toBe('ready');
  });

  it.each<[string, Partial<MovePoolInput>, string]>([
    ['a stranger', { by: 'mallory' }, 'NOT_AN_APPROVER'],
    ['a person without the role', { by: 'bob' }, 'NOT_AN_APPROVER'],
    ['somebody without a reason', { reason: ' ' }, 'BAD_DECISION'],
    ['a stranger who puts one back', { by: 'mallory', to: 'in' }, 'NOT_AN_APPROVER'],
  ])('are refused to %s', async (_who, input, type) => {
    const stage = await setStage();
    await expect(moving(stage).move(input)).rejects.toMatchObject({ type });
    expect(stage.world.member(FIRST).admin).toBe('ready');
  });

  it('are refused while a run holds the lock, also one that takes it once it was permitted', async () => {
    const stage = await setStage();
    let holder: string | null = 'deploy-7';
    const { permit, carryOut, move } = moving(stage, () => holder);
    const refusal = { type: 'LOCK_HELD', message: expect.stringContaining('deploy-7') };
    await expect(permit({})).rejects.toMatchObject(refusal);
    holder = null;
    const permitted = await permit({});
    holder = 'deploy-7';
    await expect(carryOut(permitted)).rejects.toMatchObject(refusal);
    await expect(move({ to: 'in' })).rejects.toMatchObject(refusal);
    expect(stage.world.member(FIRST).admin).toBe('ready');
  });

  it('are done for nobody but the workflow that was permitted, and nothing else', async () => {
    const stage = await setStage();
    const permitted = await moving(stage).permit({});
    const proof = createProof(createFakeSeal());
    const info = { isLocal: false, workflowExecution: EXECUTION };
    const prove = (told: PermittedMove, about: object = info) =>
      proof('moveServer', told, about as Parameters<typeof proof>[2]);
    await expect(prove(permitted)).resolves.toBeUndefined();
    const another = { ...permitted.settings, server: SECOND };
    await expect(prove({ ...permitted, settings: another })).rejects.toMatchObject({
      type: 'FORGED_INPUT',
    });
    const theirs = { ...info, workflowExecution: { ...EXECUTION, workflowId: 'pool-2' } };
    await expect(prove(permitted, theirs)).rejects.toMatchObject({ type: 'FORGED_INPUT' });
    const later = { ...info, workflowExecution: { ...EXECUTION, runId: 'execution-2' } };
    await expect(prove(permitted, later)).rejects.toMatchObject({ type: 'RUN_WAS_RESET' });
  });
});
