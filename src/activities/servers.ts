/**
 * The activities that act on servers and on the pool in front of them. Every one first reads the
 * actual state and converges: twice, or after a half-done attempt of a worker that died, it ends the
 * same.
 */
import type { ServerPorts, Unnoted } from './servers/context.ts';
import { createKeptActivities, type KeptActivities } from './servers/kept-activities.ts';
import { createPoolActivities, type PoolActivities } from './servers/pool-activities.ts';
import { createPoolNotes } from './servers/pool-notes.ts';
import { createServiceActivities, type ServiceActivities } from './servers/service-activities.ts';

export type ServerActivities = PoolActivities & ServiceActivities & KeptActivities;

export function createServerActivities(given: Unnoted): ServerActivities {
  const ports: ServerPorts = { ...given, notes: given.notes ?? createPoolNotes() };
  return {
    ...createPoolActivities(ports),
    ...createServiceActivities(ports),
    ...createKeptActivities(ports),
  };
}
