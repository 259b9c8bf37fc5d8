/** `health:` of runsheet.yaml: how the service is asked, and what it has to answer. */
import { z } from 'zod';
import { count, defined, milliseconds, path, seconds, text, urlPath } from './fields.ts';
import { headers, requestHost } from './request-schema.ts';
import { fieldProblem } from './schema-messages.ts';

const status = count(100, 599);

const smoke = z
  .strictObject({
    method: z
      .string()
      .regex(/^[A-Z]{1,10}$/u)
      .default('GET'),
    path: urlPath,
    status: status.default(200),
    contains: text.optional(),
  })
  .transform(defined);

const tls = z
  .strictObject({ ca: path.optional(), verify: z.boolean().default(true) })
  .transform(({ ca, verify }) => defined({ ca, ...(!verify && { verify: false as const }) }));

export const health = z
  .strictObject({
    host: requestHost.optional(),
    headers: headers.optional(),
    scheme: z.enum(['http', 'https']).default('http'),
    tls: tls.optional(),
    path: urlPath.default('/healthz'),
    status: status.default(200),
    json: z.record(text, z.union([z.string(), z.number(), z.boolean()])).optional(),
    timeout: seconds.default(2),
    ready: z
      .strictObject({
        successes: count(1, 100).default(3),
        interval: milliseconds.default(500),
        limit: seconds.default(60),
      })
      .prefault({})
      .transform(({ successes, interval, limit }) => ({
        successes,
        intervalMilliseconds: interval,
        limitSeconds: limit,
      })),
    smoke: z.array(smoke).max(100).default([]),
    performance: z
      .strictObject({
        path: urlPath.optional(),
        requests: count(1, 10_000).default(50),
        per_second: count(1, 1000).default(20),
      })
      .prefault({}),
  })
  .prefault({})
  .refine(({ scheme, tls: given }) => scheme === 'https' || given?.verify !== false, {
    path: ['tls', 'verify'],
    error: fieldProblem('tlsWithoutHttps'),
  })
  .transform(({ timeout, performance, scheme, ...rest }) =>
    defined({
      ...rest,
      ...(scheme === 'https' && { scheme }),
      timeoutSeconds: timeout,
      performance: {
        path: performance.path ?? rest.path,
        requests: performance.requests,
        perSecond: performance.per_second,
      },
    }),
  );
