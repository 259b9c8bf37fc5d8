/** What `balancer:` says of nginxes: their upstream files, and how they are tested and reloaded. */
import { z } from 'zod';
import { argv, defined, identifier, serverName } from '../fields.ts';
import { fieldProblem } from '../schema-messages.ts';
import { url } from './address.ts';
import type { OwnKeys } from './definition.ts';

const FILE = fieldProblem('upstreamFile');
/** The same for all environments, or filled in for each. */
const file = z
  .string({ error: FILE })
  .regex(/^\/(?:[^\s\0${}]|\$\{environment\}){1,200}$/u, { error: FILE });

const instance = z
  .strictObject({
    upstream_file: file,
    upstream: z
      .string()
      .regex(/^(?:[A-Za-z0-9_.:-]|\$\{environment\}){1,100}$/u, {
        error: fieldProblem('upstreamName'),
      })
      .optional(),
    server: serverName.optional(),
    environments: z.array(identifier).min(1).optional(),
    pid_file: z
      .string({ error: FILE })
      .regex(/^\/[^\s\0]{1,200}$/u, { error: FILE })
      .default('/run/nginx.pid'),
    command: argv.default(['/usr/sbin/nginx']),
  })
  .transform(defined);

export const nginxKeys = {
  url,
  nginx: z.array(instance).max(16).default([]),
  names: z
    .record(
      serverName,
      z.string().regex(/^[A-Za-z0-9_.:[\]/-]{1,200}$/u, { error: fieldProblem('upstreamServer') }),
    )
    .default({}),
};

export type NginxKeys = OwnKeys<typeof nginxKeys>;
