/** What a store of artifacts answers instead, in the words of the catalogue. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { PortError } from '../../ports/port-error.ts';
import { failure, phrase } from '../refusal.ts';

/** It does not answer, or not now. @param place names the store @param cause the error as it came */
export function silent(place: string, reason: string, cause?: unknown): PortError {
  const named = { place, reason: phrase(reason) };
  return failure(place, diagnose('UNAVAILABLE', 'artifactsSilent', named), { cause });
}

/** It refuses who asks. */
export function denied(place: string, reason: string, cause?: unknown): PortError {
  const named = { place, reason: phrase(reason) };
  return failure(place, diagnose('REFUSED', 'artifactsDenied', named), { cause });
}

/** It refuses what is asked. */
export function notTaken(place: string, reason: string, cause?: unknown): PortError {
  const named = { place, reason: phrase(reason) };
  return failure(place, diagnose('INVALID', 'artifactsNotTaken', named), { cause });
}
