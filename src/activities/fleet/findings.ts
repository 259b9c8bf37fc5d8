/** Findings of a preflight as values: what went wrong never hides what else does. */
import type { PreflightCheck } from '../../plan/run.ts';
import { isPortError, portSentence } from '../failures.ts';
import type { OfRun } from '../servers/context.ts';

type CheckName = PreflightCheck['name'];

/** Bounded: 200 servers' findings stand in one status. */
const LONGEST_DETAIL = 400;

export function check(
  name: CheckName,
  state: PreflightCheck['state'],
  detail: string,
): PreflightCheck {
  return { name, state, detail: detail.slice(0, LONGEST_DETAIL) };
}

export function ok(name: CheckName, detail: string): PreflightCheck {
  return check(name, 'ok', detail);
}

/** A failed check with the port's own message and remedy. */
export function failedBy(
  name: CheckName,
  error: unknown,
  { run }: { readonly run: Pick<OfRun['run'], 'language'> },
): PreflightCheck {
  if (isPortError(error)) return check(name, 'failed', portSentence(error, run.language));
  return check(name, 'failed', error instanceof Error ? error.message : String(error));
}

/** Out of reach, as opposed to answering with a no: a failure budget covers only that. */
export function isOutOfReach(error: unknown): boolean {
  return isPortError(error) && (error.kind === 'unreachable' || error.kind === 'unavailable');
}
