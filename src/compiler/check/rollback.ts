/** `## 回滚策略`: which steps' failure means what. */

import { normalisePhrase } from '../../actions/phrases.ts';
import type { RollbackPolicy, RollbackRule } from '../../plan/plan.ts';
import { type Context, claim, didYouMean, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import { part, type Words } from '../parse/items.ts';
import { checkStepExists } from './order.ts';
import { missingSection } from './sections.ts';

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

/** The rules in the document's order. `numbers` are the steps in the document's order. */
export function checkRollback(
  context: Context,
  document: Document,
  numbers: readonly number[],
): readonly RollbackRule[] {
  const section = document.sections.get('rollback');
  if (section === undefined) return missingSection(context, 'rollback', '步骤N-M → …') ?? [];
  const rules: RollbackRule[] = [];
  for (const item of section.items) {
    if (item.kind !== 'bullet') continue;
    const rule = checkRule(context, item.words, numbers);
    if (rule === null) continue;
    const clash = rules.find((other) => overlaps(numbers, rule, other));
    if (clash !== undefined) reportOverlap(context, item.words, clash);
    rules.push(rule);
  }
  return rules;
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
  claim(context, words.start, 'rollback range', {
    zh: `步骤 ${range.from} 至 ${range.to} 失败：${policy}`,
    en: `a failure in steps ${range.from} to ${range.to}: ${policy}`,
  });
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
  report(
    context,
    'BAD_FIELD',
    words,
    {
      zh: `步骤 ${number} ${before !== null ? '之前' : '之后'}没有步骤`,
      en: `there is no step ${before !== null ? 'before' : 'after'} step ${number}`,
    },
    { remedy: { zh: '请删去或修改这一条', en: 'remove or change this rule' } },
  );
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
  report(
    context,
    'BAD_FIELD',
    words,
    {
      zh: `在文档中，步骤 ${to} 在步骤 ${from} 之前`,
      en: `in this document step ${to} stands before step ${from}`,
    },
    {
      remedy: { zh: '范围按文档中的先后书写', en: 'write the range in the order of the document' },
    },
  );
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
  report(
    context,
    'UNKNOWN_PHRASE',
    words,
    {
      zh: `没有叫「${words.text}」的回滚方式`,
      en: `no way of rolling back is called "${words.text}"`,
    },
    {
      actual: words.text,
      remedy: didYouMean(nearest(words.text, Object.values(POLICIES).flat()), {
        zh: '可用：直接终止、恢复旧版本服务、切换回旧版本',
        en: 'known: stop at once, restore the old version, switch back to the old version',
      }),
    },
  );
  return null;
}

function overlaps(numbers: readonly number[], a: RollbackRule, b: RollbackRule): boolean {
  const at = (number: number): number => numbers.indexOf(number);
  return at(a.from) <= at(b.to) && at(b.from) <= at(a.to);
}

function reportOverlap(context: Context, words: Words, other: RollbackRule): void {
  report(
    context,
    'BAD_FIELD',
    words,
    {
      zh: `这一范围与步骤 ${other.from} 至 ${other.to} 重叠`,
      en: `this range overlaps steps ${other.from} to ${other.to}`,
    },
    { remedy: { zh: '每个步骤只能属于一个范围', en: 'let each step belong to one range' } },
  );
}

function reportForm(context: Context, words: Words): void {
  report(
    context,
    'BAD_FIELD',
    words,
    {
      zh: '这不是回滚规则',
      en: 'this is not a rollback rule',
    },
    {
      expected: '如果在步骤6-7失败 → 恢复旧版本服务',
      actual: words.text,
      remedy: {
        zh: '例如：如果在步骤6之前失败 → 直接终止，无需回滚',
        en: 'for example: if it fails in steps 6-7 → restore the old version',
      },
    },
  );
}

function numberIn(form: RegExp, words: Words): number | null {
  const match = form.exec(words.text);
  return match === null ? null : Number(match[1] ?? match[2]);
}
