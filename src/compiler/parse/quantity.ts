/** `测试通过率 >= 95%`, `响应时间不超过 500ms`, `关键功能测试 100% 通过` → name, comparison, figure. */
import type { Comparison } from '../../plan/units.ts';

export interface Comparative {
  readonly subject: string;
  readonly comparison: Comparison;
  /** The right-hand side as written, for example `95%`. */
  readonly figure: string;
}

/** Chinese and symbols stand anywhere; English words whole, with "is" or without: not in "coverage". */
function comparing(anywhere: string, words: string): RegExp {
  return new RegExp(
    `${anywhere}|(?<![\\p{L}\\p{N}_-])(?:is )?(?:${words})(?![\\p{L}\\p{N}_-])`,
    'iu',
  );
}

const WORDS: readonly (readonly [RegExp, Comparison])[] = [
  [
    comparing(
      '>=|≥|不低于|不小于|不少于|大于等于|大于或等于|至少',
      'at least|not below|not under|not less than|no less than',
    ),
    '>=',
  ],
  [
    comparing(
      '<=|≤|不高于|不超过|不大于|不多于|小于等于|小于或等于|至多|最多',
      'at most|not above|not over|not more than|no more than|up to',
    ),
    '<=',
  ],
  [comparing('==|等于', 'equal to|equals'), '=='],
  [comparing('!=|≠|不等于', 'not equal to'), '!='],
  [comparing('<|低于|小于|少于', 'less than|below|under'), '<'],
  [comparing('>|高于|大于|超过|多于', 'more than|greater than|above|over'), '>'],
];

/** null where the text holds no comparison. The earliest comparison in the text counts. */
export function parseComparative(text: string): Comparative | null {
  const plain = text.normalize('NFKC');
  let best: { at: number; length: number; comparison: Comparison } | null = null;
  for (const [pattern, comparison] of WORDS) {
    const match = pattern.exec(plain);
    if (match === null) continue;
    const isBetter =
      best === null ||
      match.index < best.at ||
      (match.index === best.at && match[0].length > best.length);
    if (isBetter) best = { at: match.index, length: match[0].length, comparison };
  }
  if (best !== null) {
    const subject = plain.slice(0, best.at).trim();
    const figure = plain.slice(best.at + best.length).trim();
    return subject === '' ? null : { subject, comparison: best.comparison, figure };
  }
  return passing(plain);
}

const PASSING = [
  /^(?<subject>.+?)\s*(?<figure>\d+(?:\.\d+)?\s*%)\s*通过$/u,
  /^(?<figure>\d+(?:\.\d+)?\s*%)\s+of\s+(?:the\s+)?(?<subject>.+?)\s+pass$/iu,
  /^(?<subject>.+?)\s+(?<figure>\d+(?:\.\d+)?\s*%)\s+pass(?:ed|ing)?$/iu,
];

/** `关键功能测试 100% 通过`, `100% of critical tests pass`. */
function passing(text: string): Comparative | null {
  for (const form of PASSING) {
    const { subject, figure } = form.exec(text)?.groups ?? {};
    if (subject !== undefined && figure !== undefined) return { subject, comparison: '==', figure };
  }
  return null;
}

/** `95%` → 95; null where it is not a percentage. */
export function parsePercent(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(?:%|percent)$/iu.exec(text.normalize('NFKC').trim());
  return match ? Number(match[1]) : null;
}

/** `3`, `3个` → 3; null where it is not a whole number. */
export function parseCount(text: string): number | null {
  const match = /^(\d{1,9})\s*(?:个|条|次)?$/u.exec(text.normalize('NFKC').trim());
  return match ? Number(match[1]) : null;
}

const NUMERALS: Readonly<Record<string, number>> = {
  一: 1,
  两: 2,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
  a: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

/** A small number in digits or in words, Chinese or English; null: neither. */
export function parseSmallNumber(text: string): number | null {
  if (/^\d{1,4}$/u.test(text)) return Number(text);
  const word = text.toLowerCase();
  return Object.hasOwn(NUMERALS, word) ? (NUMERALS[word] ?? null) : null;
}
