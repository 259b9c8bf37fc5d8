/** Whether the people of the project can meet an approval rule at all. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Quorum } from '../../plan/plan.ts';
import { type Context, report } from '../context.ts';
import type { Words } from '../parse/items.ts';

export function checkSatisfiable(
  context: Context,
  heading: Words,
  quorum: Quorum,
  approvers: Readonly<Record<string, readonly string[]>>,
): void {
  const { people } = context.vocabulary;
  if (people === undefined) return;
  for (const [environment, roles] of Object.entries(approvers)) {
    if (roles.length === 0) continue;
    const able = Object.entries(people).filter(([, person]) =>
      person.roles.some((role) => roles.includes(role)),
    );
    const wanted =
      quorum.kind === 'any' ? 1 : quorum.kind === 'count' ? quorum.people : roles.length;
    const reached = quorum.kind === 'all' ? matchRoles(roles, people) : able.length;
    if (reached >= wanted) continue;
    const figures = { environment, wanted, reached };
    const actual = String(reached);
    report(context, heading, diagnose('POLICY_UNSATISFIABLE', 'tooFew', figures, { actual }));
  }
}

/** The most roles that distinct people can fill at once (augmenting paths). */
function matchRoles(
  roles: readonly string[],
  people: Readonly<Record<string, { readonly roles: readonly string[] }>>,
): number {
  const filledBy = new Map<string, string>();
  const assign = (role: string, seen: Set<string>): boolean => {
    for (const [id, person] of Object.entries(people)) {
      if (!person.roles.includes(role) || seen.has(id)) continue;
      seen.add(id);
      const other = filledBy.get(id);
      if (other !== undefined && !assign(other, seen)) continue;
      filledBy.set(id, role);
      return true;
    }
    return false;
  };
  return roles.filter((role) => assign(role, new Set())).length;
}
