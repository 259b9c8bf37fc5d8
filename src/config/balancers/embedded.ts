/** The balancer that `runsheet dev` starts, by its admin API. */
import { z } from 'zod';
import { defineBalancer } from './definition.ts';

export interface EmbeddedConnection {
  /** null: neither given, nor does `runsheet dev` run. */
  readonly adminUrl: string | null;
}

export const embedded = defineBalancer({
  capabilities: {
    pool: true,
    health: true,
    inFlight: true,
    counters: true,
    responseTimes: true,
    weights: true,
    routes: true,
    reload: 'keeps',
  },
  keys: { admin_url: z.url().optional() },
  problems: () => [],
  connection: (own, _project, running): EmbeddedConnection => ({
    adminUrl: own.admin_url ?? running?.balancer.adminUrl ?? null,
  }),
});
