/** `artifacts:` of runsheet.yaml: where the workers keep reports and logs. */
import { z } from 'zod';
import { databaseUrl, defined, path, secretReference, text } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

/** A service's address alone: bucket and prefix are keys of their own. */
const endpoint = z
  .url({ protocol: /^https?$/u, error: fieldProblem('httpUrl'), abort: true })
  .refine(
    (value) => {
      const { pathname, search, hash, username, password } = new URL(value);
      return pathname === '/' && `${search}${hash}${username}${password}` === '';
    },
    { error: fieldProblem('s3Endpoint') },
  );

const bucket = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u, {
  error: fieldProblem('s3Bucket'),
});

/** Keys before the runs' own, without a slash at either end. */
const prefix = path.refine((value) => value.split('/').every((part) => !['', '.'].includes(part)), {
  error: fieldProblem('s3Prefix'),
});

const KINDS = {
  folder: { folder: path.default('.runsheet/runs') },
  database: {
    url: databaseUrl.optional(),
  },
  s3: {
    endpoint,
    bucket,
    prefix: prefix.optional(),
    region: text.default('us-east-1'),
    access_key: text,
    secret_key: secretReference,
    path_style: z.boolean().default(true),
  },
} as const;

type Kind = keyof typeof KINDS;

/** Keys that other kinds have: a value that nothing would read is refused. */
function foreignKeys(kind: Kind): z.ZodRawShape {
  return Object.fromEntries(
    Object.entries(KINDS)
      .filter(([other]) => other !== kind)
      .flatMap(([other, keys]) =>
        Object.keys(keys).map((key) => {
          const error = fieldProblem('keyOfOtherKind', { kind, kinds: [other], key });
          return [key, z.never({ error }).optional()];
        }),
      ),
  );
}

const folder = z
  .strictObject({
    kind: z.literal('folder').optional(),
    ...KINDS.folder,
    // Typed as nothing, so that the kind's own keys keep their types.
    ...(foreignKeys('folder') as object),
  })
  .transform((given) => ({ kind: 'folder' as const, folder: given.folder }));

const database = z
  .strictObject({
    kind: z.literal('database'),
    ...KINDS.database,
    ...(foreignKeys('database') as object),
  })
  .transform((given) => defined({ kind: given.kind, url: given.url }));

const s3 = z
  .strictObject({ kind: z.literal('s3'), ...KINDS.s3, ...(foreignKeys('s3') as object) })
  .transform((given) =>
    defined({
      kind: given.kind,
      endpoint: given.endpoint,
      bucket: given.bucket,
      prefix: given.prefix,
      region: given.region,
      accessKey: given.access_key,
      secretKey: given.secret_key,
      pathStyle: given.path_style,
    }),
  );

const error = fieldProblem('kind', { kinds: Object.keys(KINDS) });

export const artifacts = z
  .discriminatedUnion('kind', [folder, database, s3], {
    error: ({ code }) => (code === 'invalid_union' ? error : undefined),
  })
  .prefault({ kind: 'folder' });
