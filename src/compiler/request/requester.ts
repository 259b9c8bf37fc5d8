/** Whose run it is: where somebody has to approve it, the one who asks is one known person. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { stepsTaken } from '../../plan/branching.ts';
import { findPerson, type NamedPerson } from '../../plan/people.ts';
import type { Json, Plan } from '../../plan/plan.ts';
import { nearest } from '../nearest.ts';
import { type RawRequest, show } from './inputs.ts';

export interface Requesters {
  readonly people: Readonly<Record<string, NamedPerson>>;
  readonly allowSelfApproval: boolean;
  /** Nothing is started: a warning is enough. */
  readonly isPlanOnly?: boolean;
}

export interface Asked {
  readonly plan: Plan;
  readonly parameters: Readonly<Record<string, Json>>;
  /** Numbers of the steps that the request skips. */
  readonly skipped: readonly number[];
  /** null: the request does not say. */
  readonly requestedBy: string | null;
}

/** Nobody approves their own run: of a run that is nobody's, that could not be said. */
export function requesterProblems(asked: Asked, requesters: Requesters): readonly Diagnostic[] {
  const { people, allowSelfApproval, isPlanOnly = false } = requesters;
  const { requestedBy } = asked;
  if (allowSelfApproval) return [];
  if (requestedBy !== null && findPerson(people, requestedBy) !== null) return [];
  const step = approvalReached(asked);
  if (step === null) return [];
  const problem = unknown(requestedBy, Object.keys(people), step);
  return [isPlanOnly ? { ...problem, severity: 'warning' } : problem];
}

/** Others are told who has replaced their run. */
export function supersedeProblems(
  { supersede, requestedBy }: Pick<RawRequest, 'supersede' | 'requestedBy'>,
  requesters: Requesters | undefined,
): readonly Diagnostic[] {
  if (!supersede || requesters === undefined) return [];
  const { people } = requesters;
  if (requestedBy !== null && findPerson(people, requestedBy) !== null) return [];
  const name = requestedBy === null ? '–' : show(requestedBy);
  const known = Object.keys(people);
  const list = known.length === 0 ? ['–'] : known;
  return [diagnose('REQUESTER_UNKNOWN', 'supersedes', { name, known: list })];
}

/** The first approval on the way of this request; null: nobody is asked. */
export function approvalReached({ plan, parameters, skipped }: Asked): number | null {
  const taken = stepsTaken(plan.steps, parameters, skipped);
  return taken.find(({ kind }) => kind === 'approval')?.number ?? null;
}

function unknown(requestedBy: string | null, known: readonly string[], step: number): Diagnostic {
  if (known.length === 0) return diagnose('REQUESTER_UNKNOWN', 'noPeople', { step });
  if (requestedBy === null) {
    const first = known[0] ?? '';
    return diagnose('REQUESTER_UNKNOWN', 'unnamed', { step, known, first });
  }
  const name = show(requestedBy);
  const odd = foreignLetter(requestedBy);
  if (odd !== null)
    return diagnose('REQUESTER_UNKNOWN', 'twoAlphabets', { step, name, known, ...odd });
  const near = nearest(requestedBy, known, 1, 0.34);
  return diagnose('REQUESTER_UNKNOWN', 'nobody', { step, name, known }, { near });
}

/** Of a name that mixes Latin letters with those that look like them: the first of these. */
function foreignLetter(name: string): { letter: string; codePoint: string } | null {
  if (!/\p{Script=Latin}/u.test(name)) return null;
  const letter = /[\p{Script=Cyrillic}\p{Script=Greek}]/u.exec(name)?.[0];
  if (letter === undefined) return null;
  const hex = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { letter, codePoint: `U+${hex}` };
}
