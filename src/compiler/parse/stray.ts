/**
 * Nothing passes unread: what looks like a heading, a label or a list item and is none for Markdown,
 * and whatever stands where a list belongs and is not part of one.
 */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type Context, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import { type Fence, type Item, part, type Words } from './items.ts';
import { allWords, findWord, LABELS, SECTIONS } from './words.ts';

/** Dashes, bullets, ticks, numbers, bars and quotes that people paste for a list's marker. */
const MARKER =
  /^(?:[-‐‑‒–—―−﹣－*＊+＋•‣·・●○◦∙▪▫■□◆◇►▶✓✔☑☐✅>＞|｜]|\d+\s*[.．、)）]|[（(]\s*\d+\s*[)）]|[①-⑳]|[a-zA-Z][.)）])\s*/u;
const HEADING = /^[#＃]{1,6}\s*/u;
const LABEL = /^[*＊_]{0,2}(?<name>[^:：*＊_]{1,40})[*＊_]{0,2}\s*[:：]/u;
/** A quote or a row of a table around it makes neither a heading nor a label of a line. */
const AROUND = /^(?:[>＞|｜]\s*)+/u;

/** What takes a list: each other line in it is an error, but an introduction that ends in a colon. */
export function checkList(context: Context, place: Words, items: readonly Item[]): void {
  for (const [index, item] of items.entries()) {
    if (item.kind === 'bullet') reportNamed(context, item.words);
    else if (item.kind === 'fence') reportBlock(context, place, item);
    else if (item.kind === 'heading') reportHeading(context, item.words);
    else if (item.kind === 'label') reportLine(context, place, item.name);
    else if (!reportLookalike(context, item.words) && !introduces(items, index, item.words)) {
      reportLine(context, place, item.words);
    }
  }
}

/** What takes prose: only a line that was surely meant as something else is an error. */
export function checkProse(context: Context, items: readonly Item[]): void {
  for (const item of items) {
    if (item.kind === 'text') reportLookalike(context, item.words);
    if (item.kind === 'heading') reportHeading(context, item.words);
    if (item.kind !== 'fence' || !item.indented) continue;
    for (const line of item.lines) reportLookalike(context, part(line, 0));
  }
}

/** Headings below those of steps mean nothing: a step that hides under one would be passed over. */
export function reportHeading(context: Context, words: Words): void {
  report(context, words, diagnose('UNREAD_LINE', 'heading', { text: words.text }));
}

/** An item that is a label's name and a colon holds nothing else: 「- 成功条件：」. */
function reportNamed(context: Context, words: Words): void {
  const name = /^(?<name>[^:：]+?)\s*[:：]$/u.exec(words.text)?.groups?.['name'] ?? '';
  if (findWord(LABELS, name) === null) return;
  report(context, words, diagnose('UNREAD_LINE', 'likeLabel', { label: name }));
}

function introduces(items: readonly Item[], index: number, { text }: Words): boolean {
  return /[:：]$/u.test(text) && !MARKER.test(text) && items[index + 1]?.kind === 'bullet';
}

/** @returns whether the line looks like a heading or a label, which has then been reported */
function reportLookalike(context: Context, words: Words): boolean {
  const text = words.text.replace(AROUND, '');
  if (HEADING.test(text)) {
    const marks = '#'.repeat(HEADING.exec(text)?.[0].trim().length ?? 1);
    const meant = `${marks} ${text.replace(HEADING, '')}`;
    report(context, words, diagnose('UNREAD_LINE', 'likeHeading', { text: meant }));
    return true;
  }
  const label = labelIn(text);
  if (label !== null) {
    report(context, words, diagnose('UNREAD_LINE', 'likeLabel', { label }));
    return true;
  }
  if (findWord(SECTIONS, text) !== null) {
    report(context, words, diagnose('UNREAD_LINE', 'likeSection', { section: text }));
    return true;
  }
  return false;
}

/** The label that a line without its marks stands for, misspelt by a letter or two even; null: none. */
function labelIn(text: string): string | null {
  if (findWord(LABELS, text) !== null) return text.replace(/[\s:：*＊_]+$/u, '');
  const name = LABEL.exec(text)?.groups?.['name']?.trim() ?? '';
  if (findWord(LABELS, name) !== null) return name;
  return /[:：]$/u.test(text) ? (nearest(name, allWords(LABELS), 1, 0.2)[0] ?? null) : null;
}

function reportLine(context: Context, { text: label }: Words, words: Words): void {
  const text = words.text.replace(MARKER, '');
  report(context, words, diagnose('UNREAD_LINE', 'notAnItem', { label, text }));
}

/** Four spaces before a line make it a block of code for Markdown. */
function reportBlock(context: Context, { text: label }: Words, fence: Fence): void {
  const first = fence.lines.find(({ text }) => text.trim() !== '');
  const words = first ?? { ...fence.content, end: fence.start + 3 };
  const text = words.text.trim().replace(MARKER, '');
  report(context, words, diagnose('UNREAD_LINE', 'block', { label, text }));
}
