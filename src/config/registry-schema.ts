/** `registry:` of runsheet.yaml. */
import { z } from 'zod';
import { defined, secretReference, text } from './fields.ts';
import { both } from './schema-messages.ts';

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:.]*)(?::\d{1,5})?$/u;

const url = z.url({
  protocol: /^https?$/u,
  error: both({ zh: '应为 http(s):// 地址', en: 'expected an http(s):// address' }),
});

/** `registry.example.com:5000`, or an address of which scheme and path say nothing to a server. */
const place = z
  .string()
  .transform((value) => value.replace(/^https?:\/\//u, '').replace(/\/+$/u, ''))
  .refine((value) => HOST.test(value), {
    error: both({ zh: '应为「主机」或「主机:端口」', en: 'expected host or host:port' }),
  });

export const registry = z
  .strictObject({
    url,
    pull_url: place.optional(),
    username: text.optional(),
    password: secretReference.optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: both({
      zh: 'username 与 password 须一起填写',
      en: 'username and password must be given together',
    }),
  })
  .transform(({ pull_url, ...rest }) =>
    defined({ ...rest, pullHost: pull_url ?? new URL(rest.url).host }),
  );
