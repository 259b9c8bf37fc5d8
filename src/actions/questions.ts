/** What is asked of a plan's steps and tasks: pure functions over the definitions. */
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

/** Whether a step changes servers: one of its tasks has something to be undone. */
export function changesServers(step: PlanStep): boolean {
  return tasksIn(step).some((task) => ACTIONS[task.action].compensation !== undefined);
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
