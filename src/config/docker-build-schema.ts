/** `image.docker:` of runsheet.yaml: what docker-compose writes under a service's `build:`. */
import { z } from 'zod';
import { singleDollars } from './compose/dollars.ts';
import { pairs } from './container-schema.ts';
import { defined, identifier, path, secretReference, text } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const platform = z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/u, {
  error: fieldProblem('platform'),
});

export const dockerBuild = z
  .strictObject({
    dockerfile: path.default('Dockerfile'),
    target: text.optional(),
    network: text.optional(),
    platforms: z.array(platform).default([]),
    args: pairs.default({}).transform(singleDollars),
    secrets: z.record(identifier, secretReference).default({}),
    cache_from: z.array(text).default([]),
    cache_to: z.array(text).default([]),
  })
  .prefault({})
  .transform(({ dockerfile, cache_from, cache_to, ...rest }) =>
    defined({ ...rest, file: dockerfile, cacheFrom: cache_from, cacheTo: cache_to }),
  );
