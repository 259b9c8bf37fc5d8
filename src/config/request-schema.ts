/** What a request to the service carries: its name and its headers. */
import { z } from 'zod';
import { holdsOnly } from './placeholders.ts';
import { fieldProblem } from './schema-messages.ts';

/** What is the same on every server and for every version: a release that comes back is asked alike. */
const NAMES = ['environment', 'service'];

const HOST =
  /^(?:\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9_.-]|\$\{[a-z ]{1,20}\}){1,253})(?::\d{1,5})?$/u;

/** A name, with a port where it is not the usual one. */
export const requestHost = z
  .string({ error: fieldProblem('requestHost') })
  .regex(HOST, { error: fieldProblem('requestHost') })
  .refine((value) => holdsOnly(value, NAMES), { error: fieldProblem('requestName') });

/** RFC 9110, 5.6.2. */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/u;
/** RFC 9110, 5.5: visible characters with spaces and tabs between them; no line ends anywhere. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]{0,4094}[\x21-\x7e])?$/u;
const REFERENCE = /^[^/]*secret:\/\/[A-Za-z0-9][A-Za-z0-9/_.-]{0,127}$/u;
const SECRETS = ['authorization', 'proxy-authorization', 'cookie'];
/** The connection's own: a request that sets them is read in two ways, or not at all. */
const CONNECTION = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const value = z
  .string({ error: fieldProblem('headerValue') })
  .regex(VALUE, { error: fieldProblem('headerValue') })
  .refine((given) => !given.includes('secret://') || REFERENCE.test(given), {
    error: fieldProblem('headerSecret'),
  })
  .refine((given) => holdsOnly(given, NAMES), { error: fieldProblem('requestName') });

export const headers = z.record(z.string(), value).superRefine((given, context) => {
  const seen = new Set<string>();
  for (const [name, text] of Object.entries(given)) {
    const lower = name.toLowerCase();
    const variant = problemOf(lower, text, seen);
    seen.add(lower);
    if (variant === null) continue;
    context.addIssue({ code: 'custom', path: [name], message: fieldProblem(variant) });
  }
});

function problemOf(name: string, text: string, seen: ReadonlySet<string>) {
  if (!NAME.test(name)) return 'headerName';
  if (name === 'host') return 'headerHost';
  if (CONNECTION.includes(name)) return 'headerOfConnection';
  if (seen.has(name)) return 'headerTwice';
  return SECRETS.includes(name) && !text.includes('secret://') ? 'headerInClear' : null;
}
