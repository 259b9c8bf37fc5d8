/** What is kept on servers says in which form it is written: a later Runsheet may know another one. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { refusal } from '../refusal.ts';

/** The form that this Runsheet writes, and the only one that it reads. */
export const SCHEMA = 1;

/**
 * @param what names it, for example `services/app/current.json`
 * @param schema as it was found; undefined: written before forms had numbers, which is form 1
 * @throws PortError `refused`, NEWER_RUNSHEET
 */
export function assertReadable(server: string, what: string, schema: unknown): void {
  if (schema === undefined || String(schema) === String(SCHEMA)) return;
  const named = { server, file: what, schema: String(schema), own: SCHEMA };
  throw refusal('refused', server, diagnose('NEWER_RUNSHEET', 'form', named));
}
