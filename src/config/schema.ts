/** runsheet.yaml as a whole. */
import { z } from 'zod';
import { actions } from './actions-schema.ts';
import { artifacts } from './artifacts-schema.ts';
import { BALANCERS } from './balancers/index.ts';
import { balancerSchema } from './balancers/schema.ts';
import { container } from './container-schema.ts';
import {
  argv,
  count,
  databaseUrl,
  defined,
  identifier,
  milliseconds,
  path,
  seconds,
  secretReference,
  text,
} from './fields.ts';
import { health } from './health-schema.ts';
import { registry } from './registry-schema.ts';
import { rolling } from './rolling-schema.ts';
import { fieldProblem } from './schema-messages.ts';
import { balancers, dockerSocket, environmentSsh, projectSsh, servers } from './servers-schema.ts';
import {
  commands,
  drain,
  files,
  image,
  runtime,
  source,
  tests,
  worker,
} from './settings-schema.ts';
import { telemetry } from './telemetry-schema.ts';

const environments = z.record(
  identifier,
  z.strictObject({
    embedded: z.boolean().default(false),
    servers,
    ssh: environmentSsh,
    docker_socket: dockerSocket.optional(),
    rolling: rolling.optional(),
    operators: z.array(text).min(1).optional(),
    lock: z.enum(['wait', 'refuse']).optional(),
    on_call: z.array(text).min(1).optional(),
  }),
);

/** An address, alone or behind a name: `Releases <releases@example.com>`. */
const mailbox = z
  .string({ error: fieldProblem('mailbox') })
  .refine(
    (text) => z.email().safeParse(/^[^<>\r\n]*<([^<>]+)>$/u.exec(text)?.[1] ?? text).success,
    {
      error: fieldProblem('mailbox'),
    },
  );

const channels = z
  .strictObject({
    email: z
      .strictObject({
        smtp: z.url({
          protocol: /^smtps?$/u,
          error: fieldProblem('smtpUrl'),
        }),
        from: mailbox,
        to: z.array(mailbox).default([]),
        user: text.optional(),
        password: secretReference.optional(),
      })
      .transform(defined)
      .optional(),
    slack: z
      .strictObject({
        channel: text,
        token: secretReference,
        signing_secret: secretReference.optional(),
        team: z
          .string()
          .regex(/^[TE][A-Z0-9]{1,20}$/u, {
            error: fieldProblem('slackTeam'),
          })
          .optional(),
        api_url: z.url().optional(),
      })
      .transform(({ channel, token, signing_secret, team, api_url }) =>
        defined({ channel, token, signingSecret: signing_secret, team, apiUrl: api_url }),
      )
      .optional(),
    webhook: z
      .strictObject({
        url: z.union([z.url({ protocol: /^https?$/u }), secretReference], {
          error: fieldProblem('webhookUrl'),
        }),
        secret: secretReference.optional(),
      })
      .transform(defined)
      .optional(),
  })
  .prefault({})
  .transform(defined);

const DAY_MS = 86_400_000;

/** Of what runs leave on the worker's machine; see `runsheet prune`. */
const keep = z
  .strictObject({
    runs: count(0, 1_000_000).default(50),
    builds: count(0, 1_000_000).default(10),
    age: milliseconds.default(90 * DAY_MS),
  })
  .prefault({})
  .transform(({ age, ...rest }) => ({ ...rest, ageMs: age }));

/** The form of runsheet.yaml that this Runsheet reads; a file without it has this one. */
export const PROJECT_SCHEMA = 1;

export const projectSchema = z.strictObject({
  schema: z.literal(PROJECT_SCHEMA).default(PROJECT_SCHEMA),
  service: z
    .string({ error: fieldProblem('service') })
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/u, {
      error: fieldProblem('identifier'),
    }),
  task_queue: identifier.optional(),
  source,
  commands,
  tests,
  image,
  runtime,
  container,
  files,
  drain,
  health,
  balancer: balancerSchema(BALANCERS),
  channels,
  actions,
  environments,
  balancers,
  ssh: projectSsh,
  roles: z.record(identifier, z.strictObject({ names: z.array(text).default([]) })).default({}),
  people: z
    .record(
      identifier,
      z
        .strictObject({
          name: text.optional(),
          roles: z.array(text).default([]),
          email: z.email().optional(),
          slack: z
            .string()
            .regex(/^[UW][A-Z0-9]{2,20}$/u, {
              error: fieldProblem('slackMember'),
            })
            .optional(),
        })
        .transform(defined),
    )
    .default({}),
  approval: z
    .strictObject({ allow_self: z.boolean().default(false), reminder: seconds.default(3600) })
    .prefault({})
    .transform(({ allow_self, reminder }) => ({
      allowSelfApproval: allow_self,
      reminderSeconds: reminder,
    })),
  artifacts,
  keep,
  worker,
  telemetry,
  secrets: z
    .strictObject({
      folder: path.default('.runsheet/secrets'),
      commands: z.record(identifier, argv).default({}),
    })
    .prefault({}),
  temporal: z
    .strictObject({ address: text, namespace: text.optional(), ui_url: z.url().optional() })
    .optional(),
  registry: registry.optional(),
  database: z.strictObject({ url: databaseUrl }).optional(),
});

export type ParsedProject = z.output<typeof projectSchema>;
