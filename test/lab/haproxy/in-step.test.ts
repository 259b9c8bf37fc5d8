/** Two HAProxies in front of the same servers are kept in step. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PoolServer } from '../../../src/ports/load-balancer.ts';
import { valueOf } from '../../activities/servers/stage.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { BACKEND, type RunningHaproxy } from './support/running-haproxy.ts';
import { send, startStream } from './support/stream.ts';
import { POOL } from './support/subject.ts';

/** For a busy machine; what is waited for comes at once on an idle one. */
const PATIENCE = { timeout: 20_000, interval: 20 };

describe('two HAProxies', () => {
  let deployment: Deployment;
  let first: RunningHaproxy;
  let second: RunningHaproxy;

  beforeEach(async () => {
    deployment = await startDeployment({ haproxies: 2 });
    const [one, two] = deployment.haproxies;
    if (one === undefined || two === undefined) throw new Error('two HAProxies');
    [first, second] = [one, two];
  });
  afterEach(() => deployment.close());

  const read = async (server: string): Promise<PoolServer> => {
    const { servers } = await deployment.balancer.state(POOL);
    const found = servers.find((each) => each.name === server);
    if (found === undefined) throw new Error(`pool without ${server}`);
    return found;
  };
  const statesOf = async (server: string): Promise<readonly string[]> => {
    const texts = await Promise.all(
      [first, second].map((each) => each.say(`show servers state ${BACKEND}`)),
    );
    return texts.map(
      (text) => new RegExp(`srv-${server} \\S+ \\d (\\d+)`, 'u').exec(text)?.[1] ?? '',
    );
  };

  it('are both told, and their counters are one', async () => {
    await deployment.balancer.drain(POOL, 's1');
    expect(await statesOf('s1')).toEqual(['8', '8']);
    expect(await read('s1')).toMatchObject({ admin: 'drain' });
    const before = Number((await read('s2')).requests);
    for (const { url } of [first, second]) {
      for (let time = 0; time < 4; time += 1) await send(url);
    }
    expect(Number((await read('s2')).requests) - before).toBe(4);
    await deployment.balancer.enable(POOL, 's1');
    expect(await statesOf('s1')).toEqual(['0', '0']);
    expect(await read('s1')).toMatchObject({ admin: 'ready', healthy: true });
  });

  it('out of step: a server that one of them still gives requests is not out', async () => {
    await first.say(`set server ${BACKEND}/srv-s1 state drain`);
    expect(await read('s1')).toMatchObject({ admin: 'drain', split: true });
    expect(valueOf(await deployment.act('pool.drain', 's1'), 'pool.removed')).toBe(true);
    expect(await statesOf('s1')).toEqual(['8', '8']);
    await second.say(`set server ${BACKEND}/srv-s1 state ready`);
    await deployment.act('pool.enable', 's1');
    expect(await statesOf('s1')).toEqual(['0', '0']);
  });

  it("leave an operator's maint at one of them, and move the server at the other", async () => {
    await first.say(`set server ${BACKEND}/srv-s1 state maint`);
    expect(await read('s1')).toMatchObject({ admin: 'ready' });
    await deployment.act('pool.drain', 's1');
    expect(await statesOf('s1')).toEqual(['1', '8']);
    await deployment.balancer.enable(POOL, 's1');
    expect(await statesOf('s1')).toEqual(['1', '0']);
  });

  it('requests in flight at either count', async () => {
    for (const name of ['s2', 's3']) await deployment.balancer.drain(POOL, name);
    const slow = [first, second].map(({ url }) => send(`${url}/slow/3000`));
    await expect.poll(async () => (await read('s1')).active, PATIENCE).toBe(2);
    expect(await Promise.all(slow)).toEqual([200, 200]);
  });

  it('one is gone: the error names it, and says how the other stands', async () => {
    await second.close();
    await expect(deployment.balancer.drain(POOL, 's1')).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(
        /^HAProxy at \/\S+: there is no such socket\. The others: HAProxy 1: s1 drain\.$/u,
      ),
    });
    await expect(deployment.balancer.state(POOL)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('one is reloaded: the guard sets its states again, and no request is lost', async () => {
    const endGuard = deployment.guard();
    const streams = [first, second].map(({ url }) => startStream(url, { clients: 2 }));
    await deployment.act('pool.drain', 's1');
    await deployment.act('connections.wait', 's1');
    await second.reload();
    await expect.poll(() => statesOf('s1'), PATIENCE).toEqual(['8', '8']);
    await deployment.act('pool.enable', 's1');
    for (const stream of streams) expect((await stream.end()).failures).toEqual([]);
    expect((await endGuard()).evidence[0]).toContain('taken out again: s1');
  });
});
