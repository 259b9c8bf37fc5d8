/** Where a fact that a step has to measure was not measured, and why. Never measured means failed. */

import type { FactId } from '../../actions/index.ts';
import { measures } from '../../actions/questions.ts';
import { say } from '../../diagnostics/language.ts';
import type { Task } from '../../plan/plan.ts';
import { type MeasuredPart, type RunIdentity, type ServersPart } from '../run.ts';
import { serversOf } from '../tasks/targets.ts';
import type { Place } from './facts.ts';

const LONGEST_DETAIL = 300;

export function measuresFact(task: Task, fact: FactId): boolean {
  return measures(task.action, fact);
}

/** Whether a step owes measurements of a fact on the servers of the scope. */
export function isOwedHere(
  run: RunIdentity & ServersPart,
  tasks: readonly Task[],
  fact: FactId,
): boolean {
  const measuring = tasks.filter((task) => measuresFact(task, fact));
  return measuring.length === 0 || measuring.some((task) => serversOf(run, task).length > 0);
}

/**
 * The places of a step that owe a measurement: each task that measures the fact, on each server it
 * runs on. Where no task of the step measures it at all, the step itself owes it.
 */
export function unmeasuredPlaces(
  run: RunIdentity & ServersPart & MeasuredPart,
  step: number,
  tasks: readonly Task[],
  fact: FactId,
): readonly Place[] {
  const measured = new Set(
    run.facts.measured(step, fact, run.scope.batch).map((each) => `${each.task} ${each.server}`),
  );
  const measuring = [...tasks.entries()].filter(([, task]) => measuresFact(task, fact));
  if (measuring.length === 0) return [{ step, task: tasks.length, server: null }];
  return measuring.flatMap(([index, task]) =>
    serversOf(run, task)
      .filter((server) => !measured.has(`${index} ${server}`))
      .map((server) => ({ step, task: index, server })),
  );
}

/** One line about those places: the servers, and what the tasks there said last. '': nothing to say. */
export function whyUnmeasured(run: RunIdentity & MeasuredPart, places: readonly Place[]): string {
  const servers = new Set(places.flatMap(({ server }) => server ?? []));
  const where = [...servers].join(', ');
  const reasons = new Set(places.flatMap((place) => run.facts.lastWord(place) ?? []));
  const parts = [
    ...(where === '' ? [] : [say(run.ref, `未测量：${where}`, `not measured on ${where}`)]),
    ...reasons,
  ];
  return parts.join('; ').slice(0, LONGEST_DETAIL);
}
