/** `registry:` of runsheet.yaml. */
import { z } from 'zod';
import { defined, secretReference, text } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:.]*)(?::\d{1,5})?$/u;

/** A registry is a host: everything that follows it would be dropped without a word. */
const url = z
  .url({
    protocol: /^https?$/u,
    error: fieldProblem('httpUrl'),
    abort: true,
  })
  .superRefine((value, context) => {
    const { pathname, search, hash, username, password } = new URL(value);
    const path = pathname.replace(/^\/+|\/+$/gu, '');
    if (username !== '' || password !== '') problem(context, fieldProblem('registryUrlLogin'));
    if (path !== '' && !API.test(path)) {
      problem(context, fieldProblem('registryUrlPath', { path }));
    } else if (path !== '' || search !== '' || hash !== '') {
      problem(context, fieldProblem('registryUrlRest'));
    }
  });

/** What addresses of the protocol begin with, `https://index.docker.io/v1/` included. */
const API = /^v[12]$/u;

function problem(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message });
}

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
