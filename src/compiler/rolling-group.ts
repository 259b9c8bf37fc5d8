/** Which steps of a plan run batch by batch, and why some cannot. */
import { changesServers, performs } from '../actions/questions.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Localized } from '../diagnostics/diagnostic.ts';
import type { PlanStep } from '../plan/plan.ts';

export interface RollingGroup {
  readonly from: number;
  readonly to: number;
}

export interface GroupProblem {
  /** The step that stands in the way; null: the group as a whole. */
  readonly step: number | null;
  /** A BAD_FIELD; where a request asks for the batches, the caller gives it its own code. */
  readonly diagnostic: Diagnostic;
}

export interface FoundGroup {
  /** null: no step changes servers, so there is nothing to roll. */
  readonly group: RollingGroup | null;
  readonly problems: readonly GroupProblem[];
}

/**
 * The group that begins at a step, by default at the first that changes servers. It ends with the
 * last step that does, in the document's order.
 */
export function rollingGroup(steps: readonly PlanStep[], begin?: number): FoundGroup {
  const first = steps.findIndex((step) =>
    begin === undefined ? changesServers(step) : step.number === begin,
  );
  const last = steps.findLastIndex(changesServers);
  const [from, to] = [steps[first]?.number, steps[last]?.number];
  if (from === undefined || to === undefined || last < first) return { group: null, problems: [] };
  const group = { from, to };
  const members = steps.slice(first, last + 1);
  const problems = [
    ...members.flatMap((step) => deciding(step, group)),
    ...poolProblems(steps, members, group),
    ...steps.flatMap((step) => jumpsInto(step, members, group)),
  ];
  return { group, problems };
}

/** A decision in the middle of a batch would be asked again for each batch. */
function deciding(step: PlanStep, group: RollingGroup): readonly GroupProblem[] {
  if (step.kind !== 'approval' && step.kind !== 'condition') return [];
  const variant = step.kind === 'approval' ? 'approvalInBatches' : 'decisionInBatches';
  const at = { from: group.from, steps: stepsOf(group), step: step.number };
  const diagnostic = diagnose('BAD_FIELD', variant, at, { actual: `[${step.kind}]` });
  return [{ step: step.number, diagnostic }];
}

function poolProblems(
  steps: readonly PlanStep[],
  members: readonly PlanStep[],
  group: RollingGroup,
): readonly GroupProblem[] {
  const { from } = group;
  const range = stepsOf(group);
  const drains = members.findIndex((step) => performs(step, 'pool.drain'));
  const enables = members.findLastIndex((step) => performs(step, 'pool.enable'));
  const found: Diagnostic[] = [];
  if (drains === -1) {
    const drain = steps.find((step) => performs(step, 'pool.drain'))?.number;
    found.push(
      drain === undefined
        ? diagnose('BAD_FIELD', 'neverDrained', { from, steps: range })
        : diagnose('BAD_FIELD', 'drainedBefore', { steps: range, drain }),
    );
  }
  if (enables === -1 || enables < drains)
    found.push(diagnose('BAD_FIELD', 'neverPutBack', { steps: range }));
  return found.map((diagnostic) => ({ step: null, diagnostic }));
}

function jumpsInto(
  step: PlanStep,
  members: readonly PlanStep[],
  { from, to }: RollingGroup,
): readonly GroupProblem[] {
  if (step.kind !== 'condition') return [];
  const inside = new Set(members.slice(1).map((each) => each.number));
  const target = step.branches.find((branch) => branch.goTo !== null && inside.has(branch.goTo));
  if (target === undefined) return [];
  const range = stepsOf({ from, to });
  const at = { from, to, steps: range, step: step.number, target: Number(target.goTo) };
  const actual = String(target.goTo);
  const diagnostic = diagnose('BAD_FIELD', 'jumpIntoBatches', at, { actual });
  return [{ step: step.number, diagnostic }];
}

/** `step 6`, `steps 6–9`. */
export function stepsOf({ from, to }: RollingGroup): Localized {
  return from === to
    ? { zh: `步骤 ${from}`, en: `step ${from}` }
    : { zh: `步骤 ${from}–${to}`, en: `steps ${from}–${to}` };
}
