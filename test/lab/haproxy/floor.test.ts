/** The pool stays above its floor, whoever takes servers out of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { lookedAgain } from '../../activities/servers/looks.ts';
import { valueOf } from '../../activities/servers/stage.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { BACKEND } from './support/running-haproxy.ts';
import { POOL } from './support/subject.ts';

/** For a busy machine; what is waited for comes at once on an idle one. */
const PATIENCE = { timeout: 20_000, interval: 20 };

describe('the floor under a pool of HAProxy', () => {
  let deployment: Deployment;
  afterEach(() => deployment.close());

  const servingNow = async (): Promise<number> =>
    (await deployment.balancer.state(POOL)).servers.filter(
      (each) => each.admin === 'ready' && each.healthy,
    ).length;

  it('of five servers at 60 %, two leave at once and three stay, the fewest ever seen', async () => {
    const names = ['s1', 's2', 's3', 's4', 's5'];
    deployment = await startDeployment({ names, balancer: { floorPercent: 60 } });
    await expect.poll(servingNow, PATIENCE).toBe(5);
    let fewest = 5;
    const sampler = setInterval(() => {
      void servingNow().then((count) => {
        fewest = Math.min(fewest, count);
      });
    }, 10);
    const results = await Promise.allSettled(
      names.map((name) => deployment.act('pool.drain', name)),
    );
    clearInterval(sampler);
    const failed = results.filter((each) => each.status === 'rejected');
    expect(failed).toHaveLength(3);
    expect(failed[0]?.reason).toMatchObject({
      type: 'POOL_FLOOR',
      nonRetryable: true,
      message: expect.stringMatching(/at least 3 of 5 servers \(60%\) must serve, now 3 do/u),
    });
    expect(await servingNow()).toBe(3);
    expect(fewest).toBeGreaterThanOrEqual(3);
  });

  it('waits for a server whose checks fail, and then goes on', async () => {
    deployment = await startDeployment();
    await expect.poll(servingNow, PATIENCE).toBe(3);
    await deployment.services[1]?.stop();
    await expect.poll(servingNow, PATIENCE).toBe(2);
    const settings = { minimumInPoolPercent: 50 };
    const pending = deployment.act('pool.drain', 's1', { settings });
    await lookedAgain(deployment);
    expect(await servingNow()).toBe(2);
    await deployment.services[1]?.start();
    expect(valueOf(await pending, 'pool.removed')).toBe(true);
    expect(await servingNow()).toBe(2);
  });

  it('lets a server leave that does not serve', async () => {
    deployment = await startDeployment({ balancer: { floorPercent: 99 } });
    await expect.poll(servingNow, PATIENCE).toBe(3);
    await deployment.services[0]?.stop();
    await expect.poll(servingNow, PATIENCE).toBe(2);
    expect(valueOf(await deployment.act('pool.drain', 's1'), 'pool.removed')).toBe(true);
    await deployment.haproxy.say(`set server ${BACKEND}/srv-s2 state maint`);
    await expect(deployment.act('pool.drain', 's3')).rejects.toMatchObject({ type: 'POOL_FLOOR' });
  });
});
