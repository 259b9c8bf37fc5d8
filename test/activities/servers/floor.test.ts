import { describe, expect, it } from 'vitest';
import { lookedAgain } from './looks.ts';
import { setStage, valueOf, withSettings } from './stage.ts';

const SERVER = 'app-server-1';

describe("the pool's floor", () => {
  const half = { settings: { minimumInPoolPercent: 50 } };

  it('refuses what would leave too few, and says who is out and what to do', async () => {
    const stage = await setStage();
    await stage.act('pool.drain', half);
    const refused = stage.act('pool.drain', { ...half, server: 'app-server-2' });
    await expect(refused).rejects.toMatchObject({
      type: 'POOL_FLOOR',
      nonRetryable: true,
      message: expect.stringMatching(
        /app-server-2 stays in the pool web: at least 2 of 3 servers \(50%\) must serve, now 2 do; out of service: app-server-1 \(drain\)\. .*smaller batches/u,
      ),
    });
    expect(stage.world.member('app-server-2').admin).toBe('ready');
  });

  it("takes the project's floor where it is higher than the plan's", async () => {
    const stage = await setStage();
    const project = withSettings('balancer', { floorPercent: 70 });
    await expect(stage.act('pool.drain', { ...half, project })).rejects.toMatchObject({
      type: 'POOL_FLOOR',
      message: expect.stringContaining('at least 3 of 3 servers (70%)'),
    });
  });

  it('counts servers in maint as part of the pool, and not as serving', async () => {
    const stage = await setStage();
    stage.world.member('app-server-3').admin = 'maint';
    await expect(stage.act('pool.drain', half)).rejects.toThrow(
      /now 2 do.*app-server-3 \(maint\)/u,
    );
  });

  it('is kept by many who drain at once', async () => {
    const stage = await setStage();
    const results = await Promise.allSettled(
      ['app-server-1', 'app-server-2', 'app-server-3'].map((server) =>
        stage.act('pool.drain', { ...half, server }),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });

  it('is kept where another worker takes a server out at the same moment', async () => {
    const stage = await setStage();
    const { balancer } = stage.ports;
    const drain = balancer.drain.bind(balancer);
    balancer.drain = async (pool, server) => {
      stage.world.member('app-server-2').admin = 'drain';
      await drain(pool, server);
    };
    await expect(stage.act('pool.drain', half)).rejects.toMatchObject({ type: 'POOL_FLOOR' });
    expect(stage.world.member(SERVER).admin).toBe('ready');
  });

  it('waits for one whose checks fail', async () => {
    const stage = await setStage();
    stage.world.member('app-server-2').unreachable = true;
    const pending = stage.act('pool.drain', half);
    await lookedAgain(stage);
    expect(stage.world.member(SERVER).admin).toBe('ready');
    stage.world.member('app-server-2').unreachable = false;
    expect(valueOf(await pending, 'pool.removed')).toBe(true);
    expect(stage.world.member(SERVER).admin).toBe('drain');
  });

  it('lets one leave that does not serve', async () => {
    const stage = await setStage();
    stage.world.member(SERVER).unreachable = true;
    const all = { settings: { minimumInPoolPercent: 100 } };
    expect(valueOf(await stage.act('pool.drain', all), 'pool.removed')).toBe(true);
  });

  it('is none where nobody asks for one: all leave at once', async () => {
    const stage = await setStage();
    for (const server of stage.world.members.keys()) await stage.act('pool.drain', { server });
    expect([...stage.world.members.values()].map(({ admin }) => admin)).toEqual([
      'drain',
      'drain',
      'drain',
    ]);
  });
});

describe('several balancers', () => {
  it('a server that one of them still gives requests is not out, and is taken out', async () => {
    const stage = await setStage();
    Object.assign(stage.world.member(SERVER), { admin: 'drain', split: true });
    const result = await stage.act('pool.drain');
    expect(valueOf(result, 'pool.removed')).toBe(true);
    expect(stage.world.member(SERVER).split).toBeUndefined();
  });
});
