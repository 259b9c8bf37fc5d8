import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadBalancer, PoolServer } from '../../src/ports/load-balancer.ts';

/** A balancer with at least two servers, all ready, whose services answer 200; `/slow` takes 300 ms or more. */
export interface LoadBalancerSubject {
  readonly balancer: LoadBalancer;
  readonly pool: string;
  readonly servers: readonly string[];
  /** Whether the balancer measures response times itself. Default: it does. */
  readonly keepsResponseTimes?: boolean;
  /** One request through the pool. @returns its status; a refused one is 0 */
  send(path: string): Promise<number>;
  /** What an operator does past our port. */
  setMaint(server: string): Promise<void>;
  /** Makes the service of a server answer no more, and makes it answer again. */
  setDown(server: string, down: boolean): Promise<void>;
  close(): Promise<void>;
}

const LIMIT = { timeout: 10_000, interval: 30 };

export function describeLoadBalancerContract(
  name: string,
  makeSubject: () => Promise<LoadBalancerSubject>,
): void {
  describe(`LoadBalancer: ${name}`, () => {
    let subject: LoadBalancerSubject;
    let first: string;
    let second: string;

    const read = async (server: string): Promise<PoolServer> => {
      const { servers } = await subject.balancer.state(subject.pool);
      const found = servers.find((each) => each.name === server);
      if (found === undefined) throw new Error(`pool without ${server}`);
      return found;
    };
    const sendMany = (count: number): Promise<number[]> =>
      Promise.all(Array.from({ length: count }, () => subject.send('/')));

    beforeEach(async () => {
      subject = await makeSubject();
      [first = '', second = ''] = subject.servers;
      for (const server of subject.servers) {
        await expect.poll(async () => (await read(server)).healthy, LIMIT).toBe(true);
      }
    });
    afterEach(() => subject.close());

    it('knows its servers, ready and with equal weights', async () => {
      const { servers, emptyMs } = await subject.balancer.state(subject.pool);
      expect(servers.map((each) => each.name).sort()).toEqual([...subject.servers].sort());
      expect(new Set(servers.map((each) => each.admin))).toEqual(new Set(['ready']));
      expect(new Set(servers.map((each) => each.weight)).size).toBe(1);
      expect(emptyMs).toBeGreaterThanOrEqual(0);
    });

    it('spreads requests evenly and counts them for each server', async () => {
      const before = await Promise.all(subject.servers.map(read));
      const statuses = await sendMany(subject.servers.length * 4);
      expect(new Set(statuses)).toEqual(new Set([200]));
      for (const [index, server] of subject.servers.entries()) {
        const after = await read(server);
        expect(after.requests - (before[index]?.requests ?? 0)).toBeGreaterThanOrEqual(3);
        expect(after.errors).toBe(before[index]?.errors);
        if (subject.keepsResponseTimes === false) expect(after.p95Ms).toBeNull();
        else expect(after.p95Ms).toBeGreaterThan(0);
      }
    });

    it('gives a drained server no new request, twice over, and one that is enabled again', async () => {
      await subject.balancer.drain(subject.pool, first);
      await subject.balancer.drain(subject.pool, first);
      const drained = await read(first);
      expect(drained.admin).toBe('drain');
      await sendMany(6);
      expect((await read(first)).requests).toBe(drained.requests);
      await subject.balancer.enable(subject.pool, first);
      await subject.balancer.enable(subject.pool, first);
      expect((await read(first)).admin).toBe('ready');
      await sendMany(subject.servers.length * 3);
      expect((await read(first)).requests).toBeGreaterThan(drained.requests);
    });

    it('lets a request in flight end while draining, and counts it as active meanwhile', async () => {
      for (const server of subject.servers.slice(1))
        await subject.balancer.drain(subject.pool, server);
      const slow = subject.send('/slow');
      await expect.poll(async () => (await read(first)).active, LIMIT).toBe(1);
      await subject.balancer.drain(subject.pool, first);
      expect((await read(first)).active).toBe(1);
      expect(await slow).toBe(200);
      await expect.poll(async () => (await read(first)).active, LIMIT).toBe(0);
    });

    it("leaves an operator's maint alone", async () => {
      await subject.setMaint(first);
      await subject.balancer.drain(subject.pool, first);
      expect((await read(first)).admin).toBe('maint');
      await subject.balancer.enable(subject.pool, first);
      expect((await read(first)).admin).toBe('maint');
    });

    it('forgets response times of before an enable', async () => {
      await sendMany(subject.servers.length * 2);
      if (subject.keepsResponseTimes !== false) expect((await read(first)).p95Ms).not.toBeNull();
      await subject.balancer.drain(subject.pool, first);
      await subject.balancer.enable(subject.pool, first);
      expect((await read(first)).p95Ms).toBeNull();
    });

    it('sends nothing to a server that is down, and calls it unhealthy', async () => {
      await subject.setDown(first, true);
      await expect.poll(async () => (await read(first)).healthy, LIMIT).toBe(false);
      const { requests } = await read(first);
      expect(new Set(await sendMany(4))).toEqual(new Set([200]));
      expect((await read(first)).requests).toBe(requests);
      await subject.setDown(first, false);
      await expect.poll(async () => (await read(first)).healthy, LIMIT).toBe(true);
    });

    it('sets weights that requests follow', async () => {
      await subject.balancer.setWeights(subject.pool, { [first]: 3, [second]: 1 });
      expect((await read(first)).weight).toBe(3);
      for (const server of subject.servers.slice(2))
        await subject.balancer.drain(subject.pool, server);
      const before = [await read(first), await read(second)];
      await sendMany(16);
      const many = (await read(first)).requests - (before[0]?.requests ?? 0);
      const few = (await read(second)).requests - (before[1]?.requests ?? 0);
      expect([many, few]).toEqual([12, 4]);
    });

    it('sets routes and reads them back', async () => {
      await subject.balancer.setRoutes({ '/api': subject.pool });
      expect(await subject.balancer.routes()).toEqual({ '/api': subject.pool });
    });

    it('says where requests are sent', async () => {
      expect(await subject.balancer.url(subject.pool)).toMatch(/^http:\/\/[^/]+$/u);
    });

    it('refuses a pool and a server that it does not have', async () => {
      const unknown = { name: 'PortError', kind: 'not-found' };
      await expect(subject.balancer.state('no-such-pool')).rejects.toMatchObject(unknown);
      await expect(subject.balancer.drain(subject.pool, 'no-such')).rejects.toMatchObject(unknown);
      await expect(subject.balancer.enable(subject.pool, 'no-such')).rejects.toMatchObject(unknown);
      await expect(
        subject.balancer.setWeights(subject.pool, { [first]: 7, 'no-such': 1 }),
      ).rejects.toMatchObject(unknown);
      expect((await read(first)).weight).not.toBe(7);
    });
  });
}
