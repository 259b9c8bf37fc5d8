import type { BalancerCapabilities, LoadBalancer, PoolServer } from '../../ports/load-balancer.ts';
import { PortError } from '../../ports/port-error.ts';
import { changedRoutes } from '../changed-routes.ts';
import type { FakeMember, FakeWorld } from './fake-world.ts';

/** It tells everything, and forgets what it was told when it starts anew. */
export const FAKE_CAPABILITIES: BalancerCapabilities = {
  pool: true,
  health: true,
  inFlight: true,
  counters: true,
  responseTimes: true,
  weights: true,
  routes: true,
  reload: 'detected',
};

/** @param capabilities what it tells and does of all that its world knows; without a pool nothing */
export function createFakeLoadBalancer(
  world: FakeWorld,
  capabilities: BalancerCapabilities = FAKE_CAPABILITIES,
): LoadBalancer {
  const inPool = (pool: string): void => {
    if (!capabilities.pool) throw unable('pool');
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
    capabilities,
    async state(pool) {
      if (!capabilities.pool) return { servers: [], emptyMs: null, process: null };
      inPool(pool);
      return {
        servers: [...world.members.values()].map((each) => describe(world, each, capabilities)),
        emptyMs: 0,
        process: capabilities.reload === 'detected' ? world.balancerProcess : null,
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
    async setMaintenance(pool, server, on) {
      inPool(pool);
      const member = world.member(server);
      if (member.held !== undefined && !on) throw heldBack(member);
      delete member.split;
      if (!on && member.admin !== 'ready') member.latencies = [];
      member.admin = on ? 'maint' : 'ready';
    },
    async setWeights(pool, weights) {
      inPool(pool);
      if (!capabilities.weights) throw unable('weights');
      const changes = Object.entries(weights).map(([name, weight]) => ({
        member: world.member(name),
        weight,
      }));
      for (const { member, weight } of changes) member.weight = weight;
    },
    async setRoutes(routes) {
      if (!capabilities.routes) throw unable('routes');
      for (const pool of Object.values(routes))
        if (pool !== null && !world.otherPools.has(pool)) inPool(pool);
      world.routes = changedRoutes(world.routes, routes);
    },
    routes: () => Promise.resolve(capabilities.routes ? world.routes : null),
    async url(pool) {
      inPool(pool);
      return world.poolUrl;
    },
  };
}

function unable(what: string): PortError {
  return new PortError('invalid', what, `this balancer has no ${what}`, 'Leave that out.');
}

function heldBack({ name, held }: FakeMember): PortError {
  return new PortError(
    'conflict',
    name,
    `the balancer keeps ${name} out: ${held?.en}`,
    'Mend that.',
  );
}

function describe(world: FakeWorld, member: FakeMember, can: BalancerCapabilities): PoolServer {
  const { name, admin, split, held, weight, active, requests, errors } = member;
  return {
    name,
    admin,
    ...(split !== undefined && { split }),
    ...(held !== undefined && { held }),
    healthy: can.health ? world.isHealthy(member) : null,
    weight: can.weights ? weight : null,
    active: can.inFlight ? active : null,
    requests: can.counters ? requests : null,
    errors: can.counters ? errors : null,
    p95Ms: can.responseTimes ? p95Of(member) : null,
  };
}

function p95Of({ latencies }: FakeMember): number | null {
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
