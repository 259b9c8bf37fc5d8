/** `balancer.url`: where requests through a pool are sent, one for all environments or one for each. */
import { z } from 'zod';
import { identifier } from '../fields.ts';
import { fieldProblem } from '../schema-messages.ts';

const address = z
  .url({
    protocol: /^https?$/u,
    error: fieldProblem('httpUrl'),
  })
  .transform((url) => url.replace(/\/+$/u, ''));

export const url = z
  .union([address, z.record(identifier, address)], {
    error: fieldProblem('balancerUrl'),
  })
  .optional();

/** null: nothing is said of the environment. */
export function urlIn(environment: string, given: z.output<typeof url>): string | null {
  if (typeof given === 'string') return given;
  return given?.[environment] ?? null;
}
