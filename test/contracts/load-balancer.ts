import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  BalancerCapabilities,
  LoadBalancer,
  PoolServer,
  PoolState,
} from '../../src/ports/load-balancer.ts';

/** A balancer with at least two servers, all ready, whose services answer 200; `/slow` takes 300 ms or more. */
export interface LoadBalancerSubject {
  readonly balancer: LoadBalancer;
  readonly pool: string;
  readonly servers: readonly string[];
  /** Requests that a server's service was given, its health checks left out: past the balancer. */
  answered(server: string): number;
  /** One request through the pool. @returns its status; a refused one is 0 */
  send(path: string): Promise<number>;
  /** What an operator does past our port. */
  setMaint(server: string): Promise<void>;
  /** Makes the service of a server answer no more, and makes it answer again. */
  setDown(server: string, down: boolean): Promise<void>;
  close(): Promise<void>;
}

const LIMIT = { timeout: 10_000, interval: 30 };
const UNABLE = { name: 'PortError', kind: 'invalid' };

/**
 * What every balancer does, and of the rest what it says that it can: what it cannot tell is null, what
 * it cannot do is refused.
 */
export function describeLoadBalancerContract(
  name: string,
  can: BalancerCapabilities,
  makeSubject: () => Promise<LoadBalancerSubject>,
): void {
  let subject: LoadBalancerSubject;
  let first: string;
  let second: string;

  const state = (): Promise<PoolState> => subject.balancer.state(subject.pool);
  const read = async (server: string): Promise<PoolServer> => {
    const found = (await state()).servers.find((each) => each.name === server);
    if (found === undefined) throw new Error(`pool without ${server}`);
    return found;
  };
  const isReady = async (server: string): Promise<boolean> =>
    (await read(server)).healthy !== false;
  const sendMany = (count: number): Promise<number[]> =>
    Promise.all(Array.from({ length: count }, () => subject.send('/')));
  /** Requests that each server was given during the work. */
  const givenDuring = async (work: () => Promise<unknown>): Promise<number[]> => {
    const before = subject.servers.map(subject.answered);
    await work();
    return subject.servers.map((server, index) => subject.answered(server) - (before[index] ?? 0));
  };

  describe(`LoadBalancer: ${name}`, () => {
    beforeEach(async () => {
      subject = await makeSubject();
      [first = '', second = ''] = subject.servers;
      if (!can.pool) return;
      for (const server of subject.servers) {
        await expect.poll(() => isReady(server), LIMIT).toBe(true);
      }
    });
    afterEach(() => subject.close());

    it('has the capabilities that its kind has', () => {
      expect(subject.balancer.capabilities).toEqual(can);
    });

    if (can.pool) describe('with a pool', poolTests);
    else describe('without a pool', noPoolTests);
  });

  function poolTests(): void {
    it('knows its servers, ready and with equal weights', async () => {
      const { servers } = await state();
      expect(servers.map((each) => each.name).sort()).toEqual([...subject.servers].sort());
      expect(new Set(servers.map((each) => each.admin))).toEqual(new Set(['ready']));
      expect(new Set(servers.map((each) => each.weight)).size).toBe(1);
    });

    it('says what it can tell, and of nothing else a figure', async () => {
      await sendMany(subject.servers.length * 2);
      const { servers, emptyMs, process } = await state();
      expect(emptyMs ?? 0).toBeGreaterThanOrEqual(0);
      expect(process !== null).toBe(can.reload === 'detected');
      for (const server of servers) {
        const { healthy, weight, active, requests, errors, p95Ms } = server;
        const told = { healthy, weight, active, requests, errors, p95Ms };
        expect(Object.entries(told).filter(([, value]) => value !== null)).toEqual([
          ...(can.health ? [['healthy', true]] : []),
          ...(can.weights ? [['weight', expect.any(Number)]] : []),
          ...(can.inFlight ? [['active', 0]] : []),
          ...(can.counters
            ? [
                ['requests', expect.any(Number)],
                ['errors', 0],
              ]
            : []),
          ...(can.responseTimes ? [['p95Ms', expect.any(Number)]] : []),
        ]);
      }
    });

    it('spreads requests evenly', async () => {
      const given = await givenDuring(async () => {
        expect(new Set(await sendMany(subject.servers.length * 4))).toEqual(new Set([200]));
      });
      expect(Math.min(...given)).toBeGreaterThanOrEqual(3);
    });

    if (can.counters) {
      it('counts requests for each server', async () => {
        const before = await Promise.all(subject.servers.map(read));
        const given = await givenDuring(() => sendMany(subject.servers.length * 4));
        for (const [index, server] of subject.servers.entries()) {
          const after = await read(server);
          expect(Number(after.requests) - Number(before[index]?.requests)).toBe(given[index]);
          expect(after.errors).toBe(before[index]?.errors);
        }
      });
    }

    it('gives a drained server no new request, twice over, and one that is enabled again', async () => {
      await subject.balancer.drain(subject.pool, first);
      await subject.balancer.drain(subject.pool, first);
      expect((await read(first)).admin).toBe('drain');
      const [whileOut = 1, ...others] = await givenDuring(() => sendMany(6));
      expect(whileOut).toBe(0);
      expect(others.reduce((sum, each) => sum + each, 0)).toBe(6);
      await subject.balancer.enable(subject.pool, first);
      await subject.balancer.enable(subject.pool, first);
      expect((await read(first)).admin).toBe('ready');
      const [whileIn = 0] = await givenDuring(() => sendMany(subject.servers.length * 3));
      expect(whileIn).toBeGreaterThan(0);
    });

    it('lets a request in flight end while draining', async () => {
      for (const server of subject.servers.slice(1))
        await subject.balancer.drain(subject.pool, server);
      const before = subject.answered(first);
      const slow = subject.send('/slow');
      await expect.poll(() => subject.answered(first) - before, LIMIT).toBe(1);
      await subject.balancer.drain(subject.pool, first);
      expect((await read(first)).active).toBe(can.inFlight ? 1 : null);
      expect(await slow).toBe(200);
      if (can.inFlight) await expect.poll(async () => (await read(first)).active, LIMIT).toBe(0);
    });

    it("leaves an operator's maint alone", async () => {
      await subject.setMaint(first);
      await subject.balancer.drain(subject.pool, first);
      expect((await read(first)).admin).toBe('maint');
      await subject.balancer.enable(subject.pool, first);
      expect((await read(first)).admin).toBe('maint');
    });

    it('takes a server out for an operator, whatever it was, and puts it back, twice over', async () => {
      const { balancer, pool } = subject;
      await balancer.drain(pool, first);
      for (const _again of [1, 2]) await balancer.setMaintenance(pool, first, true);
      expect((await read(first)).admin).toBe('maint');
      await balancer.enable(pool, first);
      expect((await read(first)).admin).toBe('maint');
      const [whileOut] = await givenDuring(() => sendMany(6));
      expect(whileOut).toBe(0);
      for (const _again of [1, 2]) await balancer.setMaintenance(pool, first, false);
      expect((await read(first)).admin).toBe('ready');
      await expect.poll(() => isReady(first), LIMIT).toBe(true);
      const [whileIn = 0] = await givenDuring(() => sendMany(subject.servers.length * 3));
      expect(whileIn).toBeGreaterThan(0);
      await balancer.drain(pool, second);
      await balancer.setMaintenance(pool, second, false);
      expect((await read(second)).admin).toBe('ready');
    });

    if (can.responseTimes) {
      it('forgets response times of before an enable', async () => {
        await sendMany(subject.servers.length * 2);
        expect((await read(first)).p95Ms).toBeGreaterThan(0);
        await subject.balancer.drain(subject.pool, first);
        await subject.balancer.enable(subject.pool, first);
        expect((await read(first)).p95Ms).toBeNull();
      });
    }

    if (can.health) {
      it('sends nothing to a server that is down, and calls it ill', async () => {
        await subject.setDown(first, true);
        await expect.poll(() => isReady(first), LIMIT).toBe(false);
        const [given] = await givenDuring(async () => {
          expect(new Set(await sendMany(4))).toEqual(new Set([200]));
        });
        expect(given).toBe(0);
        await subject.setDown(first, false);
        await expect.poll(() => isReady(first), LIMIT).toBe(true);
      });
    }

    if (can.weights) {
      it('sets weights that requests follow', async () => {
        await subject.balancer.setWeights(subject.pool, { [first]: 3, [second]: 1 });
        expect((await read(first)).weight).toBe(3);
        for (const server of subject.servers.slice(2))
          await subject.balancer.drain(subject.pool, server);
        const [many, few] = await givenDuring(() => sendMany(16));
        expect([many, few]).toEqual([12, 4]);
      });
    }

    if (!can.weights) {
      it('refuses to set weights', async () => {
        const { balancer, pool } = subject;
        await expect(balancer.setWeights(pool, { [first]: 3 })).rejects.toMatchObject(UNABLE);
      });
    }

    if (can.routes) {
      it('sets routes and reads them back', async () => {
        await subject.balancer.setRoutes({ '/api': subject.pool });
        expect(await subject.balancer.routes()).toEqual({ '/api': subject.pool });
      });

      it('takes a route away, and leaves those that it is not told of', async () => {
        const { balancer, pool } = subject;
        await balancer.setRoutes({ '/api': pool });
        await balancer.setRoutes({ '/shop': pool });
        for (let time = 0; time < 2; time += 1) await balancer.setRoutes({ '/api': null });
        expect(await balancer.routes()).toEqual({ '/shop': pool });
        await balancer.setRoutes({ '/shop': null });
        expect(await balancer.routes()).toEqual({});
      });
    }

    if (!can.routes) {
      it('has no routes, and refuses to set any', async () => {
        const { balancer, pool } = subject;
        expect(await balancer.routes()).toBeNull();
        await expect(balancer.setRoutes({ '/api': pool })).rejects.toMatchObject(UNABLE);
      });
    }

    it('says where requests are sent', async () => {
      expect(await subject.balancer.url(subject.pool)).toMatch(/^http:\/\/[^/]+$/u);
    });

    it('refuses a pool and a server that it does not have', async () => {
      const unknown = { name: 'PortError', kind: 'not-found' };
      await expect(subject.balancer.state('no-such-pool')).rejects.toMatchObject(unknown);
      await expect(subject.balancer.drain(subject.pool, 'no-such')).rejects.toMatchObject(unknown);
      await expect(subject.balancer.enable(subject.pool, 'no-such')).rejects.toMatchObject(unknown);
    });

    if (can.weights) {
      it('sets no weight where one of the servers is unknown', async () => {
        await expect(
          subject.balancer.setWeights(subject.pool, { [first]: 7, 'no-such': 1 }),
        ).rejects.toMatchObject({ name: 'PortError', kind: 'not-found' });
        expect((await read(first)).weight).not.toBe(7);
      });
    }
  }

  function noPoolTests(): void {
    it('knows no server and nothing of any', async () => {
      expect(await state()).toEqual({ servers: [], emptyMs: null, process: null });
      expect(await subject.balancer.routes()).toBeNull();
    });

    it('refuses whatever takes a pool', async () => {
      const { balancer, pool } = subject;
      for (const refused of [
        balancer.drain(pool, first),
        balancer.enable(pool, first),
        balancer.setMaintenance(pool, first, true),
        balancer.setWeights(pool, { [first]: 1 }),
        balancer.setRoutes({ '/api': pool }),
        balancer.url(pool),
      ]) {
        await expect(refused).rejects.toMatchObject(UNABLE);
      }
    });
  }
}
