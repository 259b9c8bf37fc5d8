/** What is asked of a plan's steps and tasks: pure functions over the definitions. */
import type { Localized } from '../diagnostics/diagnostic.ts';
import type { Plan, PlanStep, Task } from '../plan/plan.ts';
import type { SettingSpec } from './define.ts';
import { ACTIONS, type ActionDefinition, type ActionId, type FactId } from './index.ts';
import type { ResourceId } from './resources.ts';

/** The tasks of a step; a condition or an approval has none. */
export function tasksIn(step: PlanStep): readonly Task[] {
  return step.kind === 'action' || step.kind === 'parallel' ? step.tasks : [];
}

/** Each action that a plan holds, once. */
export function actionsOf({ steps }: Pick<Plan, 'steps'>): readonly ActionId[] {
  return [...new Set(steps.flatMap((step) => tasksIn(step).map(({ action }) => action)))];
}

/** Whether a step changes servers: one of its tasks has something to be undone on each. */
export function changesServers(step: PlanStep): boolean {
  return tasksIn(step).some(({ action }) => {
    const { compensation, scope }: ActionDefinition = ACTIONS[action];
    return compensation !== undefined && scope === 'server';
  });
}

/** Whether a run is a repair: it alone begins where another one was ended in the middle. */
export function repairs(plan: Pick<Plan, 'steps'>): boolean {
  return actionsOf(plan).includes('release.settle');
}

/** Whether a run goes back to a version that was kept, and builds nothing. */
export function goesBack(plan: Pick<Plan, 'steps'>): boolean {
  const actions = actionsOf(plan);
  return actions.includes('release.find') && !concerns(actions, 'checkout');
}

/** Whether one of a step's tasks is this action. */
export function performs(step: PlanStep, action: ActionId): boolean {
  return tasksIn(step).some((task) => task.action === action);
}

/** Whether an action measures a fact. */
export function measures(action: ActionId, fact: FactId): boolean {
  return ACTIONS[action].measures.some((each) => each.id === fact);
}

/** Whether one of these actions needs this, or provides it. */
export function concerns(actions: readonly ActionId[], resource: ResourceId): boolean {
  return actions.some((id) => {
    const { needs, provides }: ActionDefinition = ACTIONS[id];
    return needs.includes(resource) || provides.includes(resource);
  });
}

/** Whether an action only tells people how the run went. */
export function tells(action: ActionId): boolean {
  return ACTIONS[action].needs.includes('report');
}

const IN_DOCUMENTS: readonly SettingSpec['kind'][] = ['duration', 'template', 'reference', 'word'];

/** The settings that a document's own words give, with their defaults. */
export function documentSettings(
  action: ActionDefinition,
): Readonly<Record<string, number | string>> {
  const own = Object.entries(action.settings).filter(([, { kind }]) => IN_DOCUMENTS.includes(kind));
  return Object.fromEntries(own.map(([name, setting]) => [name, setting.default]));
}

/** The setting that brackets after the phrase give; null: the action has none. */
export function bracketOf(
  action: ActionDefinition,
): { readonly name: string; readonly kind: 'duration' | 'reference' } | null {
  for (const [name, { kind }] of Object.entries(action.settings)) {
    if (kind === 'duration' || kind === 'reference') return { name, kind };
  }
  return null;
}

/** Why a run leaves an action out; null: it does not. */
export function leftOut(action: ActionId, hasPool: boolean): Localized | null {
  const { withoutPool }: ActionDefinition = ACTIONS[action];
  return hasPool ? null : (withoutPool ?? null);
}

const NOTHING_TO_DO: Localized = {
  zh: '没有负载均衡：这一步没有要做的',
  en: 'no load balancer: nothing of this step is to be done',
};

/** Why a run leaves out all of these actions; null: it does not, or there are none. */
export function allLeftOut(tasks: readonly Task[], hasPool: boolean): Localized | null {
  const reasons = new Set(tasks.map(({ action }) => leftOut(action, hasPool)));
  const [first = null] = reasons;
  if (reasons.has(null)) return null;
  return reasons.size > 1 ? NOTHING_TO_DO : first;
}

/** Whether nothing but a pool's actions measures a fact. */
export function isOfPools(fact: FactId): boolean {
  return Object.values(ACTIONS).every(
    ({ id }) => !measures(id, fact) || leftOut(id, false) !== null,
  );
}

/** The key of runsheet.yaml's `actions` that a task runs; '': none. */
export function commandOf({ action, settings }: Task): string {
  const name = action === 'project.command' ? settings['name'] : undefined;
  return typeof name === 'string' ? name : '';
}
