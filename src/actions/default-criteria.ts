/** What a step is judged by although the document has no criterion for it: nothing passes unread. */
import type { Criterion, Task } from '../plan/plan.ts';
import { ACTIONS, type FactDefinition } from './index.ts';
import { leftOut } from './questions.ts';

/** What a fact is held against where the document says nothing. */
export function defaultCriterion(fact: FactDefinition): Criterion {
  const { id, defaultComparison, defaultThreshold, projectThreshold, unit } = fact;
  const threshold = projectThreshold === undefined ? defaultThreshold : null;
  return { fact: id, comparison: defaultComparison, threshold, unit };
}

/**
 * The criteria that a step's tasks bring with them.
 * @param criteria those that the step has
 * @param elsewhere those of all steps: a fact that another step judges is held against the same
 * @param hasPool whether the project has a pool: what is left out without one brings nothing
 */
export function impliedCriteria(
  tasks: readonly Task[],
  criteria: readonly Criterion[],
  elsewhere: readonly Criterion[],
  hasPool: boolean,
): readonly Criterion[] {
  const done = tasks.filter(({ action }) => leftOut(action, hasPool) === null);
  const measured = new Set(done.flatMap(({ action }) => ACTIONS[action].measures));
  const unread = [...measured].filter(
    ({ id, judgedByDefault }) =>
      judgedByDefault !== undefined && !criteria.some(({ fact }) => fact === id),
  );
  return unread.map(
    (fact) => elsewhere.find((each) => each.fact === fact.id) ?? unreadCriterion(fact),
  );
}

function unreadCriterion(fact: FactDefinition): Criterion {
  const criterion = defaultCriterion(fact);
  return fact.judgedByDefault === 'if-measured' ? { ...criterion, ifMeasured: true } : criterion;
}
