/** What is kept on servers says in which form it is written: a later Runsheet may know another one. */
import { PortError } from '../../ports/port-error.ts';

/** The form that this Runsheet writes, and the only one that it reads. */
export const SCHEMA = 1;

/**
 * @param what names it, for example `services/app/current.json`
 * @param schema as it was found; undefined: written before forms had numbers, which is form 1
 * @throws PortError `refused`, NEWER_RUNSHEET
 */
export function assertReadable(server: string, what: string, schema: unknown): void {
  if (schema === undefined || String(schema) === String(SCHEMA)) return;
  throw new PortError(
    'refused',
    server,
    `NEWER_RUNSHEET: ${what} on ${server} has the form ${String(schema)}; this Runsheet reads form ${SCHEMA}.`,
    `A later Runsheet has deployed to ${server}: go on with that version, or a newer one.`,
  );
}
