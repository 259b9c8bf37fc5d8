/** Bullets under 成功条件: each is a fact that the step's tasks measure, with a threshold. */

import { defaultCriterion } from '../../actions/default-criteria.ts';
import type { FactDefinition, FactId } from '../../actions/index.ts';
import { ACTIONS, FACTS } from '../../actions/index.ts';
import { findCriterionPhrase, findSubject } from '../../actions/phrases.ts';
import { isOfPools, measures } from '../../actions/questions.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { anyOf } from '../../diagnostics/language.ts';
import type { Criterion, Task } from '../../plan/plan.ts';
import type { Comparison } from '../../plan/units.ts';
import { type Context, claim, hasPool, isFull, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { parseDurationMs } from '../parse/duration.ts';
import { part, type Words } from '../parse/items.ts';
import { type Comparative, parseComparative, parseCount, parsePercent } from '../parse/quantity.ts';
import { checkPlaceholders, type Names } from './names.ts';

/** The criteria of a step. What no task of the step measures is reported: it could never pass. */
export function checkCriteria(
  context: Context,
  names: Names,
  bullets: readonly Words[],
  tasks: readonly Task[],
): readonly { criterion: Criterion; words: Words }[] {
  return bullets.flatMap((words) => {
    const criterion = checkCriterion(context, names, words);
    if (criterion === null) return [];
    if (isBeyond(context, criterion.fact)) reportPoolFact(context, words, 'withoutPool');
    else if (!isMeasured(criterion, tasks)) reportUnmeasured(context, words, criterion);
    claim(context, words.start, 'criterion', describeCriterion(criterion));
    return [{ criterion, words }];
  });
}

function checkCriterion(context: Context, names: Names, words: Words): Criterion | null {
  const fixed = findCriterionPhrase(words.text);
  if (fixed !== null) return defaultCriterion(fixed);
  const labelled = /^([^:：<>=]+)[:：](.+)$/su.exec(words.text);
  const subject = labelled === null ? null : findSubject(labelled[1] ?? '');
  if (subject?.unit === 'text') {
    const value = part(words, (labelled?.[1] ?? '').length + 1);
    checkPlaceholders(context, names, value);
    return {
      fact: subject.id,
      comparison: '==',
      threshold: value.text.replaceAll('`', '').trim(),
      unit: 'text',
    };
  }
  const comparative = parseComparative(words.text);
  const definition = comparative === null ? null : findSubject(comparative.subject);
  if (comparative === null || definition === null) return reportUnknown(context, words);
  return compared(context, words, definition, comparative);
}

function compared(
  context: Context,
  words: Words,
  fact: FactDefinition,
  { comparison, figure }: Comparative,
): Criterion | null {
  const threshold = figureOf(fact, figure);
  if (threshold === null) {
    const named = { figure, fact: fact.label };
    const form = fact.unit === 'percent' ? '0% – 100%' : '0, 1, 2, …';
    const diagnostic =
      fact.unit === 'milliseconds'
        ? diagnose('BAD_DURATION', 'threshold', named, { actual: figure })
        : diagnose('BAD_FIELD', 'threshold', { ...named, form }, { actual: figure });
    report(context, words, diagnostic);
    return null;
  }
  warnOfDirection(context, words, fact, comparison);
  return { fact: fact.id, comparison, threshold, unit: fact.unit };
}

function figureOf(fact: FactDefinition, figure: string): number | null {
  switch (fact.unit) {
    case 'percent': {
      const percent = parsePercent(figure);
      return percent !== null && (percent <= 100 || fact.mayExceedAll === true) ? percent : null;
    }
    case 'milliseconds':
      return parseDurationMs(figure);
    case 'count':
      return parseCount(figure);
    default:
      return null;
  }
}

/** `错误率 > 1%` succeeds when the service is broken: surely a slip. */
function warnOfDirection(
  context: Context,
  words: Words,
  fact: FactDefinition,
  comparison: Comparison,
): void {
  const wantsMore = fact.moreIsBetter === true;
  const isAbove = comparison === '>' || comparison === '>=';
  const isBelow = comparison === '<' || comparison === '<=';
  if (!(wantsMore ? isBelow : isAbove)) return;
  const better = wantsMore ? 'moreIsBetter' : 'lessIsBetter';
  report(context, words, diagnose('BAD_FIELD', better, { fact: fact.label }));
}

function isMeasured({ fact }: Criterion, tasks: readonly Task[]): boolean {
  return tasks.some((task) => measures(task.action, fact));
}

/** Whether only a pool's actions measure it, and the project has none. */
export function isBeyond(context: Context, fact: FactId): boolean {
  return !hasPool(context) && isOfPools(fact);
}

export function reportPoolFact(
  context: Context,
  words: Words,
  variant: 'withoutPool' | 'ruleWithoutPool',
): void {
  const { kind = '' } = context.vocabulary.withoutPool ?? {};
  const about = { criterion: words.text, kind };
  report(context, words, diagnose('UNMEASURED_CRITERION', variant, about));
}

function reportUnmeasured(context: Context, words: Words, { fact }: Criterion): void {
  const measuring = Object.values(ACTIONS).filter(({ id }) => measures(id, fact));
  const about = { fact: FACTS[fact].label };
  const phrases = anyOf(
    measuring.flatMap((action) => action.phrases.zh[0] ?? []),
    measuring.flatMap((action) => action.phrases.en[0] ?? []),
  );
  const diagnostic =
    measuring.length === 0
      ? diagnose('UNMEASURED_CRITERION', 'byNoAction', about)
      : diagnose('UNMEASURED_CRITERION', 'inStep', { ...about, phrases });
  report(context, words, diagnostic);
}

function reportUnknown(context: Context, words: Words): null {
  const known = Object.values(FACTS).flatMap(({ phrases, subjects }) => [
    ...phrases.zh,
    ...phrases.en,
    ...(subjects?.zh ?? []),
    ...(subjects?.en ?? []),
  ]);
  const { text } = words;
  const near = isFull(context) ? [] : nearest(text, known);
  report(
    context,
    words,
    diagnose('UNKNOWN_PHRASE', 'criterion', { phrase: text }, { near, actual: text }),
  );
  return null;
}

/** For `explain`. */
export function describeCriterion({ fact, comparison, threshold, unit }: Criterion): {
  zh: string;
  en: string;
} {
  const suffix = unit === 'percent' ? '%' : unit === 'milliseconds' ? ' ms' : '';
  if (threshold === null) {
    return {
      zh: `判据 ${fact} ${comparison} 项目设置（默认 ${String(FACTS[fact].defaultThreshold)}${suffix}）`,
      en: `criterion ${fact} ${comparison} the project's setting (default ${String(FACTS[fact].defaultThreshold)}${suffix})`,
    };
  }
  const rest = `${fact} ${comparison} ${String(threshold)}${suffix}`;
  return { zh: `判据 ${rest}`, en: `criterion ${rest}` };
}
