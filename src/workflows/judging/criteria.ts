/** Holds measured facts against a step's criteria. What was never measured has failed. */

import { impliedCriteria } from '../../actions/default-criteria.ts';
import { FACTS, type FactDefinition, type FactId } from '../../actions/index.ts';
import { fillTemplate } from '../../actions/templates.ts';
import { say } from '../../diagnostics/language.ts';
import { compare } from '../../plan/evaluate.ts';
import type { Criterion, Task } from '../../plan/plan.ts';
import type { CriterionEvidence, Fact } from '../../plan/run.ts';
import type { ProjectSettings } from '../../plan/settings.ts';
import type { Unit } from '../../plan/units.ts';
import {
  hasPool,
  type InLanguage,
  type MeasuredPart,
  presentationOf,
  type RunIdentity,
  type ServersPart,
} from '../run.ts';
import { showDuration } from '../showing/words.ts';
import type { TaskStep } from '../tasks/tasks-of-step.ts';
import { combine, type Place } from './facts.ts';
import { isOwedHere, measuresFact, unmeasuredPlaces, whyUnmeasured } from './unmeasured.ts';

/** From here on a time is told in minutes and hours. */
const MINUTE_MS = 60_000;

/** What criteria are held against. */
type JudgedParts = RunIdentity & ServersPart & MeasuredPart;

/** A step's criteria, and those that tasks bring which a request has added. */
export function criteriaOf(
  run: RunIdentity,
  step: TaskStep,
  tasks: readonly Task[],
): readonly Criterion[] {
  return [...step.criteria, ...impliedCriteria(tasks, step.criteria, [], hasPool(run))];
}

/**
 * Every criterion of a step with what was measured so far. What was measured on some servers only has
 * no value, unless those measurements break the criterion already.
 */
export function judgeStep(
  run: JudgedParts,
  step: TaskStep,
  tasks: readonly Task[],
): CriterionEvidence[] {
  return criteriaOf(run, step, tasks).flatMap((criterion, index) => {
    const { fact: id, ifMeasured } = criterion;
    const text = presentationOf(run.plan, step.number).criteria[index] ?? labelOf(run, criterion);
    // What is measured once, on the first server of the run, stands for the later batches too.
    const batch = isOwedHere(run, tasks, id) ? run.scope.batch : null;
    const facts = run.facts.measured(step.number, id, batch).map((each) => each.fact);
    if (ifMeasured === true && facts.length === 0) return [];
    const judged = evidenceOf(run, criterion, combine(FACTS[id], facts), text);
    const missing = unmeasuredPlaces(run, step.number, tasks, id);
    if (missing.length === 0 || ifMeasured === true || (judged.value !== null && !judged.passed))
      return judged;
    return unmeasuredEvidence(run, criterion, text, missing);
  });
}

/**
 * The criteria that a task's measurements on one server already break, so that nothing more is done
 * to that server. A fact that several tasks measure is judged with what is there, where more of it
 * could only make it worse.
 */
export function brokenBy(
  run: JudgedParts,
  step: TaskStep,
  tasks: readonly Task[],
  task: number,
  server: string | null,
): CriterionEvidence[] {
  const current = tasks[task];
  if (current === undefined) return [];
  const broken: CriterionEvidence[] = [];
  for (const [index, criterion] of criteriaOf(run, step, tasks).entries()) {
    if (!measuresFact(current, criterion.fact)) continue;
    const place = { step: step.number, server };
    const here = run.facts.measuredAt(place, criterion.fact, run.scope.batch);
    const definition = FACTS[criterion.fact];
    const isLast = !tasks.some((each, at) => at > task && measuresFact(each, criterion.fact));
    const unmeasured = !here.some((each) => each.task === task);
    if (unmeasured && criterion.ifMeasured === true) continue;
    if (!unmeasured && !isLast && !onlyGetsWorse(definition, criterion)) continue;
    const text = presentationOf(run.plan, step.number).criteria[index] ?? labelOf(run, criterion);
    const facts = here.map((each) => each.fact);
    const evidence = unmeasured
      ? unmeasuredEvidence(run, criterion, text, [{ step: step.number, task, server }])
      : evidenceOf(run, criterion, combine(definition, facts), text);
    if (!evidence.passed) broken.push(evidence);
  }
  return broken;
}

/** One criterion held against one combined fact; null: not measured, so failed. */
export function evidenceOf(
  run: RunIdentity,
  criterion: Criterion,
  fact: Fact | null,
  text: string,
): CriterionEvidence {
  const threshold = thresholdOf(run, criterion);
  return {
    text: fillTemplate(text, run.resolved.parameters).replaceAll('`', ''),
    fact: criterion.fact,
    value: fact?.value ?? null,
    threshold,
    comparison: criterion.comparison,
    unit: criterion.unit,
    passed: fact !== null && compare(fact.value, criterion.comparison, threshold),
    ...(fact?.detail !== undefined && { detail: fact.detail }),
  };
}

function unmeasuredEvidence(
  run: RunIdentity & MeasuredPart,
  criterion: Criterion,
  text: string,
  places: readonly Place[],
): CriterionEvidence {
  const detail = whyUnmeasured(run, places);
  const evidence = evidenceOf(run, criterion, null, text);
  return { ...evidence, ...(detail !== '' && { detail }) };
}

/** Why a criterion failed, in one sentence. */
export function explainEvidence(run: InLanguage, evidence: CriterionEvidence): string {
  const wanted = `${evidence.comparison} ${showValue(evidence.threshold, evidence.unit)}`;
  const detail = evidence.detail === undefined ? '' : ` (${evidence.detail})`;
  if (evidence.value === null) {
    return say(
      run.ref,
      `${evidence.text}：没有测量值，要求 ${wanted}${detail}`,
      `${evidence.text}: not measured, expected ${wanted}${detail}`,
    );
  }
  const value = showValue(evidence.value, evidence.unit);
  return say(
    run.ref,
    `${evidence.text}：测得 ${value}，要求 ${wanted}${detail}`,
    `${evidence.text}: measured ${value}, expected ${wanted}${detail}`,
  );
}

/** A measured value with its unit, for people. */
export function showValue(value: number | boolean | string, unit: Unit): string {
  if (typeof value !== 'number') return value === true ? '✓' : value === false ? '✗' : value;
  if (unit === 'milliseconds' && value >= MINUTE_MS) return showDuration(value);
  const rounded = `${Math.round(value * 100) / 100}`;
  if (unit === 'percent') return `${rounded}%`;
  return unit === 'milliseconds' ? `${rounded} ms` : rounded;
}

function thresholdOf(run: RunIdentity, criterion: Criterion): number | boolean | string {
  const { threshold } = criterion;
  if (typeof threshold === 'string') return fillTemplate(threshold, run.resolved.parameters);
  if (threshold !== null) return threshold;
  return (
    projectThreshold(run.resolved.settings, criterion.fact) ??
    FACTS[criterion.fact].defaultThreshold
  );
}

/** The project's own threshold for a fact, where runsheet.yaml may set one. */
function projectThreshold(settings: ProjectSettings, fact: FactId): number | undefined {
  const place = FACTS[fact].projectThreshold;
  if (place === undefined) return undefined;
  return place[0] === 'drain' ? settings.drain[place[1]] : settings.balancer[place[1]];
}

function labelOf(run: RunIdentity, criterion: Criterion): string {
  return FACTS[criterion.fact].label[run.ref.language];
}

function onlyGetsWorse(definition: FactDefinition, criterion: Criterion): boolean {
  const upperBound = criterion.comparison === '<' || criterion.comparison === '<=';
  switch (definition.combine) {
    case 'all':
      return true;
    case 'sum':
    case 'max':
      return upperBound || (criterion.comparison === '==' && criterion.threshold === 0);
    case 'min':
      return criterion.comparison === '>' || criterion.comparison === '>=';
    case 'last':
      return false;
  }
}
