/** Which steps a run cannot do without, so that nobody may leave them out or go on where they fail. */
import { ACTIONS } from '../../actions/index.ts';
import { changesServers, measures, performs, tasksIn } from '../../actions/questions.ts';
import type { ResourceId } from '../../actions/resources.ts';
import { type CompletionFactId, SUCCESS_RULES } from '../../actions/success-rules.ts';
import { variablesOf } from '../evaluate.ts';
import type { Plan, PlanStep } from '../plan.ts';

/** What needs a step. */
export type Need =
  | { readonly kind: 'approval' | 'changesServers' }
  /** It looks at servers that are out of service. */
  | { readonly kind: 'between' }
  /** Step `reader` reads what it decides. */
  | { readonly kind: 'decision'; readonly reader: number }
  | { readonly kind: 'successRule'; readonly rule: CompletionFactId }
  /** Step `later` takes what it provides. */
  | { readonly kind: 'laterStep'; readonly later: number };

type Steps = Pick<Plan, 'steps' | 'success'>;

/** null: the run can do without it. */
export function whyNeeded(plan: Steps, step: PlanStep): Need | null {
  if (step.kind === 'approval') return { kind: 'approval' };
  if (step.kind === 'condition') {
    const set = new Set(step.branches.flatMap((branch) => branch.set.map((each) => each.variable)));
    const reader = plan.steps.find((each) =>
      each.skipWhen.flatMap(variablesOf).some((name) => set.has(name)),
    );
    return reader === undefined ? null : { kind: 'decision', reader: reader.number };
  }
  const rule = plan.success.find(({ fact }) => {
    const { judgedBy } = SUCCESS_RULES[fact];
    return judgedBy !== null && step.tasks.some((task) => measures(task.action, judgedBy));
  });
  if (rule !== undefined) return { kind: 'successRule', rule: rule.fact };
  const own = new Set(step.tasks.flatMap((task) => ACTIONS[task.action].provides));
  const later = plan.steps.find(
    (each) => each.number !== step.number && isAfter(plan, each, step) && needsAny(each, own),
  );
  if (later !== undefined) return { kind: 'laterStep', later: later.number };
  return changesServers(step) ? { kind: 'changesServers' } : null;
}

/** Why a run may not go on where a step has failed; null: it may. */
export function whyDecisive(plan: Steps, step: PlanStep, hasPool: boolean): Need | null {
  const need = whyNeeded(plan, step);
  if (need !== null) return need;
  const touches = tasksIn(step).some(({ action }) => ACTIONS[action].scope !== 'run');
  return touches && outOfService(plan.steps, hasPool).has(step) ? { kind: 'between' } : null;
}

/** From the step that takes servers out of service to the last that puts them back. */
export function outOfService(steps: readonly PlanStep[], hasPool: boolean): ReadonlySet<PlanStep> {
  const out = hasPool ? (['pool.drain', 'service.stop'] as const) : (['service.stop'] as const);
  const from = steps.findIndex((step) => out.some((action) => performs(step, action)));
  if (from === -1) return new Set();
  const enabled = steps.findLastIndex((step) => performs(step, 'pool.enable'));
  const last = Math.max(hasPool ? enabled : -1, steps.findLastIndex(changesServers));
  return new Set(steps.slice(from, last + 1));
}

function isAfter(plan: Steps, step: PlanStep, other: PlanStep): boolean {
  return plan.steps.indexOf(step) > plan.steps.indexOf(other);
}

/** Whether a step needs, or takes over, any of these. */
function needsAny(step: PlanStep, provided: ReadonlySet<ResourceId>): boolean {
  return tasksIn(step).some(({ action }) => {
    const { needs, takes } = ACTIONS[action];
    return [...needs, ...takes].some((each) => provided.has(each));
  });
}
