/** What `balancer:` says of HAProxies: their sockets, and how they call pools and servers. */
import { z } from 'zod';
import { defined, identifier, serverName, text } from '../fields.ts';
import { fieldProblem } from '../schema-messages.ts';
import { url } from './address.ts';
import type { OwnKeys } from './definition.ts';

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

export const haproxyKeys = {
  url,
  haproxy: z.array(instance).max(16).default([]),
  names: z.record(serverName, haproxyName).default({}),
  routes_map: text
    .regex(/^\/[^\s;<>\0]{1,200}$/u, {
      error: fieldProblem('mapFile'),
    })
    .optional(),
};

export type HaproxyKeys = OwnKeys<typeof haproxyKeys>;
