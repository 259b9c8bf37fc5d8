import type { LoadBalancer } from '../../ports/load-balancer.ts';
import { PortError } from '../../ports/port-error.ts';
import type { FakeMember, FakeWorld } from './fake-world.ts';

export function createFakeLoadBalancer(world: FakeWorld): LoadBalancer {
  const inPool = (pool: string): void => {
    if (pool === world.pool) return;
    throw new PortError('not-found', pool, `there is no pool ${pool}`, `Use ${world.pool}.`);
  };
  const set = (member: FakeMember, admin: 'ready' | 'drain'): void => {
    if (member.held !== undefined && admin === 'ready') throw heldBack(member);
    delete member.split;
    if (member.admin === 'maint' || member.admin === admin) return;
    if (admin === 'ready') member.latencies = [];
    member.admin = admin;
  };
  return {
    async state(pool) {
      inPool(pool);
      return {
        servers: [...world.members.values()].map((each) => describe(world, each)),
        emptyMs: 0,
        process: world.balancerProcess,
      };
    },
    async drain(pool, server) {
      inPool(pool);
      set(world.member(server), 'drain');
    },
    async enable(pool, server) {
      inPool(pool);
      set(world.member(server), 'ready');
    },
    async setWeights(pool, weights) {
      inPool(pool);
      const changes = Object.entries(weights).map(([name, weight]) => ({
        member: world.member(name),
        weight,
      }));
      for (const { member, weight } of changes) member.weight = weight;
    },
    async setRoutes(routes) {
      for (const pool of Object.values(routes)) inPool(pool);
      world.routes = { ...routes };
    },
    routes: () => Promise.resolve(world.routes),
    async url(pool) {
      inPool(pool);
      return world.poolUrl;
    },
  };
}

function heldBack({ name, held = '' }: FakeMember): PortError {
  return new PortError('conflict', name, `the balancer keeps ${name} out: ${held}`, 'Mend that.');
}

function describe(
  world: FakeWorld,
  member: FakeMember,
): Awaited<ReturnType<LoadBalancer['state']>>['servers'][number] {
  const { name, admin, split, held, weight, active, requests, errors, latencies } = member;
  const sorted = [...latencies].sort((a, b) => a - b);
  const p95Ms = world.balancerTimes ? (sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null) : null;
  return {
    name,
    admin,
    ...(split !== undefined && { split }),
    ...(held !== undefined && { held }),
    healthy: world.isHealthy(member),
    weight,
    active,
    requests,
    errors,
    p95Ms,
  };
}
