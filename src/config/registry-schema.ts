/** `registry:` of runsheet.yaml. */
import { z } from 'zod';
import { defined, secretReference, text } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:.]*)(?::\d{1,5})?$/u;

const url = z.url({
  protocol: /^https?$/u,
  error: fieldProblem('httpUrl'),
});

/** `registry.example.com:5000`, or an address of which scheme and path say nothing to a server. */
const place = z
  .string()
  .transform((value) => value.replace(/^https?:\/\//u, '').replace(/\/+$/u, ''))
  .refine((value) => HOST.test(value), {
    error: fieldProblem('pullHost'),
  });

export const registry = z
  .strictObject({
    url,
    pull_url: place.optional(),
    username: text.optional(),
    password: secretReference.optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: fieldProblem('registryLogin'),
  })
  .transform(({ pull_url, ...rest }) =>
    defined({ ...rest, pullHost: pull_url ?? new URL(rest.url).host }),
  );
