/** `balancer:` of runsheet.yaml: what a run pins, and apart from it how the balancer is reached. */
import { z } from 'zod';
import { count, defined, identifier, percent, serverName, text, urlPath } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

/** HAProxy's alphabet of proxy and server names; one word of a command, so never a space or `;`. */
const haproxyName = z.string().regex(/^[A-Za-z0-9_.:-]{1,100}$/u, {
  error: fieldProblem('haproxyName'),
});
/** The same, or filled in for each environment. */
const backendName = z.string().regex(/^(?:[A-Za-z0-9_.:-]|\$\{environment\}){1,100}$/u, {
  error: fieldProblem('backendName'),
});

const SOCKET = fieldProblem('socket');
const socket = z
  .string({ error: SOCKET })
  .regex(/^(?:\/[^\s\0]{1,100}|(?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5})$/u, { error: SOCKET });

const instance = z
  .strictObject({
    socket,
    server: serverName.optional(),
    backend: backendName.optional(),
    environments: z.array(identifier).min(1).optional(),
  })
  .transform(defined);

const address = z
  .url({
    protocol: /^https?$/u,
    error: fieldProblem('httpUrl'),
  })
  .transform((url) => url.replace(/\/+$/u, ''));

const floor = percent.refine((value) => value >= 0 && value < 100, {
  error: fieldProblem('minimum'),
});

/** `admin_url`, `url`, `haproxy`, `names` and `routes_map` are connections: they stay with the worker. */
export const balancer = z
  .strictObject({
    kind: z.enum(['embedded', 'haproxy']).default('embedded'),
    pool: text.default('${environment}'),
    verify: z
      .strictObject({ requests: count(1, 10_000).default(60), path: urlPath.default('/') })
      .prefault({}),
    max_deviation: percent.default(20),
    minimum_samples: count(1, 100_000).default(20),
    floor: floor.default(0),
    weights: z.record(text, count(0, 256)).default({}),
    routes: z.record(urlPath, text).default({}),
    admin_url: z.url().optional(),
    url: z
      .union([address, z.record(identifier, address)], {
        error: fieldProblem('balancerUrl'),
      })
      .optional(),
    haproxy: z.array(instance).max(16).default([]),
    names: z.record(serverName, haproxyName).default({}),
    routes_map: text
      .regex(/^\/[^\s;<>\0]{1,200}$/u, {
        error: fieldProblem('mapFile'),
      })
      .optional(),
  })
  .prefault({})
  .transform(({ kind, pool, verify, weights, routes, ...rest }) => ({
    settings: {
      kind,
      pool,
      verify,
      maxDeviationPercent: rest.max_deviation,
      minimumSamples: rest.minimum_samples,
      floorPercent: rest.floor,
      weights,
      routes,
    },
    adminUrl: rest.admin_url ?? null,
    url: rest.url ?? null,
    haproxy: rest.haproxy,
    names: rest.names,
    routesMap: rest.routes_map ?? null,
  }));
