/** Who is on call may start a rollback at once: it is approved afterwards. Nobody else, and nothing else. */
import { actionsOf, goesBack } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { findPerson } from '../../plan/people.ts';
import type { OnCall } from '../../plan/run.ts';
import { type RawRequest, show } from './inputs.ts';
import { type Asked, approvalReached, type Requesters } from './requester.ts';

interface Place {
  readonly environment: string;
  /** The environment's `on_call`; undefined: it has none. */
  readonly roles: readonly string[] | undefined;
  /** undefined: nobody asks (examples of a template). */
  readonly people: Requesters['people'] | undefined;
}

interface OnCallRequest {
  /** undefined: the run waits for its approval, or has none. */
  readonly onCall: OnCall | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const ORDINARY: OnCallRequest = { onCall: undefined, diagnostics: [] };

/** A warning tells everybody what begins without its approval. */
export function onCallOf(raw: RawRequest, asked: Asked, place: Place): OnCallRequest {
  if (!raw.onCall || place.people === undefined) return ORDINARY;
  const refused = refusal(raw, asked);
  if (refused !== null) return { onCall: undefined, diagnostics: [refused] };
  const found = personOf(raw.requestedBy, place, place.people);
  if ('code' in found) return { onCall: undefined, diagnostics: [found] };
  const step = approvalReached(asked);
  if (step === null) return ORDINARY;
  const { name, role } = found;
  const told = diagnose('ON_CALL', 'begins', { name, role, step });
  return { onCall: found, diagnostics: [told] };
}

/** What is done must be what the document says, and that must be a rollback. */
function refusal(raw: RawRequest, { plan }: Asked): Diagnostic | null {
  const { templateId } = plan;
  const hasCommands = actionsOf(plan).includes('project.command');
  if (!goesBack(plan) || hasCommands)
    return diagnose('ON_CALL', 'otherSheet', { template: templateId });
  const approvals = plan.steps.filter(({ kind }) => kind === 'approval').length;
  if (approvals > 1) return diagnose('ON_CALL', 'approvals', { template: templateId, approvals });
  const isChanged = raw.skip.length > 0 || raw.add.length > 0;
  return isChanged ? diagnose('ON_CALL', 'changed', {}) : null;
}

function personOf(
  requestedBy: string | null,
  { environment, roles }: Place,
  people: Requesters['people'],
): OnCall | Diagnostic {
  if (roles === undefined) return diagnose('ON_CALL', 'nobody', { environment });
  const may = Object.entries(people).flatMap(([id, each]) =>
    (each.roles ?? []).some((role) => roles.includes(role)) ? [id] : [],
  );
  const id = requestedBy === null ? null : findPerson(people, requestedBy);
  const person = id === null ? undefined : people[id];
  const role = person?.roles?.find((each) => roles.includes(each));
  if (id !== null && person !== undefined && role !== undefined)
    return { person: id, name: person.name, role };
  const name = requestedBy === null ? '–' : show(requestedBy);
  const known = may.length === 0 ? ['–'] : may;
  return diagnose('ON_CALL', 'notOnCall', { name, environment, roles, known });
}
