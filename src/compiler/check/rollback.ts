/** `## 回滚策略`: which steps' failure means what. */

import { normalisePhrase } from '../../actions/phrases.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { failureRanges, inOneLine, outlookOfSteps } from '../../plan/failure/words.ts';
import type { PlanStep, RollbackPolicy, RollbackRule } from '../../plan/plan.ts';
import { type Context, claim, extendClaim, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import { part, type Words } from '../parse/items.ts';
import { checkStepExists } from './order.ts';

const POLICIES: Readonly<Record<RollbackPolicy, readonly string[]>> = {
  terminate: [
    '直接终止，无需回滚',
    '直接终止',
    '无需回滚',
    'stop at once, nothing to undo',
    'stop, nothing to undo',
    'stop at once',
  ],
  restore: [
    '恢复旧版本服务',
    '恢复旧版本',
    'restore the service in its old version',
    'restore the old version',
  ],
  switch_back: [
    '切换回旧版本，保持服务可用',
    '切换回旧版本',
    'switch back to the old version and keep the service available',
    'switch back to the old version',
  ],
};

const BEFORE = /(?:步骤\s*(\d+)\s*(?:之前|以前|前)|before\s+step\s+(\d+))/iu;
const AFTER = /(?:步骤\s*(\d+)\s*(?:之后|以后|后)|after\s+step\s+(\d+))/iu;
const RANGE =
  /(?:步骤\s*(\d+)\s*(?:-|–|—|~|～|至|到)\s*(?:步骤\s*)?(\d+)|steps?\s+(\d+)\s*(?:-|–|—|to|and)\s*(?:step\s+)?(\d+))/iu;
const SINGLE = /(?:步骤\s*(\d+)|step\s+(\d+))/iu;

/** The rules in the document's order. */
export function checkRollback(
  context: Context,
  document: Document,
  steps: readonly PlanStep[],
): readonly RollbackRule[] {
  const numbers = steps.map(({ number }) => number);
  const section = document.sections.get('rollback');
  if (section === undefined) return [];
  const rules: PlacedRule[] = [];
  for (const item of section.items) {
    if (item.kind !== 'bullet') continue;
    const rule = checkRule(context, item.words, numbers);
    if (rule === null) continue;
    const clash = rules.find((other) => overlaps(numbers, rule, other.rule));
    if (clash !== undefined) reportOverlap(context, item.words, clash.rule);
    rules.push({ rule, words: item.words });
  }
  explain(context, section.heading, steps, rules);
  return rules.map(({ rule }) => rule);
}

interface PlacedRule {
  readonly rule: RollbackRule;
  readonly words: Words;
}

/** What a failure means for the servers, at the rule that says so; what none says, at the heading. */
function explain(
  context: Context,
  heading: Words,
  steps: readonly PlanStep[],
  rules: readonly PlacedRule[],
): void {
  const outlook = outlookOfSteps({ steps, rollback: rules.map(({ rule }) => rule) });
  const at = (number: number): number => steps.findIndex((step) => step.number === number);
  const indexes = steps.map((_, index) => index);
  const isIn = (index: number, { from, to }: RollbackRule): boolean =>
    at(from) <= index && index <= at(to);
  for (const { rule, words } of rules) {
    const own = indexes.filter((index) => isIn(index, rule));
    claim(context, words.start, 'rollback range', inOneLine(failureRanges(outlook, own)));
  }
  const rest = indexes.filter((index) => !rules.some(({ rule }) => isIn(index, rule)));
  if (rest.length === 0) return;
  const { zh, en } = inOneLine(failureRanges(outlook, rest));
  extendClaim(context, heading.start, { zh: `；其余：${zh}`, en: `; the rest: ${en}` });
}

function checkRule(
  context: Context,
  words: Words,
  numbers: readonly number[],
): RollbackRule | null {
  const arrow = /→|->|=>|：|: /u.exec(words.text);
  if (arrow === null) {
    reportForm(context, words);
    return null;
  }
  const range = readRange(context, part(words, 0, arrow.index), numbers);
  const policy = readPolicy(context, part(words, arrow.index + arrow[0].length));
  if (range === null || policy === null) return null;
  return { ...range, policy };
}

function readRange(
  context: Context,
  words: Words,
  numbers: readonly number[],
): { from: number; to: number } | null {
  const before = numberIn(BEFORE, words);
  const after = numberIn(AFTER, words);
  const range = RANGE.exec(words.text);
  if (range !== null) {
    const from = Number(range[1] ?? range[3]);
    const to = Number(range[2] ?? range[4]);
    const bothExist = [from, to]
      .map((number) => checkStepExists(context, numbers, number, words))
      .every(Boolean);
    return bothExist ? inOrder(context, words, numbers, from, to) : null;
  }
  const number = before ?? after ?? numberIn(SINGLE, words);
  if (number === null) {
    reportForm(context, words);
    return null;
  }
  if (!checkStepExists(context, numbers, number, words)) return null;
  const at = numbers.indexOf(number);
  const [from, to] =
    before !== null
      ? [numbers[0], numbers[at - 1]]
      : after !== null
        ? [numbers[at + 1], numbers.at(-1)]
        : [number, number];
  if (from !== undefined && to !== undefined) return { from, to };
  const nothing = before !== null ? 'nothingBefore' : 'nothingAfter';
  report(context, words, diagnose('BAD_FIELD', nothing, { step: number }));
  return null;
}

function inOrder(
  context: Context,
  words: Words,
  numbers: readonly number[],
  from: number,
  to: number,
): { from: number; to: number } | null {
  if (numbers.indexOf(from) <= numbers.indexOf(to)) return { from, to };
  report(context, words, diagnose('BAD_FIELD', 'rangeReversed', { from, to }));
  return null;
}

function readPolicy(context: Context, words: Words): RollbackPolicy | null {
  const wanted = normalisePhrase(words.text);
  for (const [policy, phrases] of Object.entries(POLICIES) as [
    RollbackPolicy,
    readonly string[],
  ][]) {
    if (phrases.some((phrase) => normalisePhrase(phrase) === wanted)) return policy;
  }
  const { text } = words;
  const near = nearest(text, Object.values(POLICIES).flat());
  report(
    context,
    words,
    diagnose('UNKNOWN_PHRASE', 'rollback', { phrase: text }, { near, actual: text }),
  );
  return null;
}

function overlaps(numbers: readonly number[], a: RollbackRule, b: RollbackRule): boolean {
  const at = (number: number): number => numbers.indexOf(number);
  return at(a.from) <= at(b.to) && at(b.from) <= at(a.to);
}

function reportOverlap(context: Context, words: Words, { from, to }: RollbackRule): void {
  report(context, words, diagnose('BAD_FIELD', 'rangesOverlap', { from, to }));
}

function reportForm(context: Context, words: Words): void {
  report(context, words, diagnose('BAD_FIELD', 'rollbackRule', {}, { actual: words.text }));
}

function numberIn(form: RegExp, words: Words): number | null {
  const match = form.exec(words.text);
  return match === null ? null : Number(match[1] ?? match[2]);
}
