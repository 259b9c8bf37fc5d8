/** What of the checkout's tasks is done again where the checkout is lost, and what is still to come. */
import { ACTIONS, type ActionId } from '../../actions/index.ts';
import type { ResourceId } from '../../actions/resources.ts';
import type { Task } from '../../plan/plan.ts';
import type { CheckoutTask, Run } from '../run.ts';
import { isInCheckout } from './targets.ts';
import { tasksOf } from './tasks-of-step.ts';

/** What the run itself, not the checkout, carries over an approval and a change of servers. */
const BUILT: readonly ResourceId[] = ['compiled-code', 'package', 'built-image'];

/**
 * All that was done in the checkout, as long as nothing has been decided by it. After an approval, or
 * on changed servers, only what builds the image that is still to come: nothing is tested again.
 */
export function doneAgain(run: Run): readonly CheckoutTask[] {
  const { done } = run.checkout;
  if (run.approvedAgainst === null && run.lock === null) return done;
  const wanted = new Set<ResourceId>();
  const want = (action: ActionId): void => {
    for (const each of [...ACTIONS[action].needs, ...ACTIONS[action].takes]) wanted.add(each);
  };
  for (const { action } of stillToCome(run)) want(action);
  const again: CheckoutTask[] = [];
  for (const each of done.toReversed()) {
    const action = actionOf(run, each);
    const isWanted = ACTIONS[action].provides.some((one) => BUILT.includes(one) && wanted.has(one));
    if (!isWanted) continue;
    want(action);
    again.unshift(each);
  }
  return again;
}

/** What is still to be done in the checkout, in the order of the document. */
export function stillToCome(run: Run): readonly Task[] {
  const { skip } = run.resolved.overrides;
  return run.plan.steps.flatMap((step) => {
    if (step.kind !== 'action' && step.kind !== 'parallel') return [];
    if (skip.some((each) => each.step === step.number)) return [];
    const isDone = (index: number): boolean =>
      run.checkout.done.some((each) => each.step === step && each.index === index);
    return tasksOf(run, step).flatMap(({ task }, index) =>
      isInCheckout(run, task) && !isDone(index) ? [task] : [],
    );
  });
}

function actionOf(run: Run, { step, index }: CheckoutTask): ActionId {
  const entry = tasksOf(run, step)[index];
  if (entry === undefined) throw new Error(`step ${step.number} has no task ${index}`);
  return entry.task.action;
}
