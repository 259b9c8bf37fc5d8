/** Items → the document: title, sections, steps with their labelled parts. No meaning yet. */

import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Language } from '../../diagnostics/diagnostic.ts';
import { type Context, claim, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Fence, Item, Words } from './items.ts';
import { checkProse, reportHeading } from './stray.ts';
import {
  allWords,
  findWord,
  LABELS,
  type LabelName,
  SECTIONS,
  type SectionName,
  wordOf,
} from './words.ts';

export interface Document {
  readonly title: Words | null;
  readonly language: Language;
  readonly sections: ReadonlyMap<SectionName, Section>;
}

export interface Section {
  readonly heading: Words;
  readonly items: readonly Item[];
}

export interface RawStep {
  readonly heading: Words;
  readonly parts: readonly Part[];
}

/** What stands under a label, up to the next label. */
export interface Part {
  readonly label: LabelName;
  readonly name: Words;
  readonly rest: Words;
  readonly bullets: readonly Words[];
  readonly fences: readonly Fence[];
  /** Lines that are neither bullets nor fences, for example 对每个 server 执行. */
  readonly texts: readonly Words[];
  /** All of it, in the document's order. */
  readonly items: readonly Item[];
}

/** Groups the items by their second-level headings. */
export function readDocument(context: Context, items: readonly Item[]): Document {
  let title: Words | null = null;
  let current: { items: Item[] } | null = null;
  const sections = new Map<SectionName, { heading: Words; items: Item[] }>();
  const languages: Language[] = [];
  for (const item of items) {
    if (item.kind === 'fence' && !item.closed) reportUnclosed(context, item);
    if (item.kind !== 'heading' || item.depth > 2 || looksLikeStep(item.words)) {
      if (current === null) checkProse(context, [item]);
      else current.items.push(item);
      continue;
    }
    const found = findWord(SECTIONS, item.words.text);
    if (item.depth === 1 && title === null && found === null) {
      title = item.words;
      claim(context, item.words.start, 'heading', { zh: '标题', en: 'title' });
      current = null;
      continue;
    }
    if (item.depth === 1 && found !== null) reportLevel(context, item.words);
    if (found === null) reportUnknownSection(context, item.words);
    else languages.push(found.language);
    current = found === null ? null : openSection(context, sections, found.key, item.words);
  }
  const chinese = languages.filter((each) => each === 'zh').length;
  const language = languages.length > 0 && chinese * 2 >= languages.length ? 'zh' : 'en';
  return { title, language, sections };
}

/** `5. Verify [action]`, whatever its level: it is no section, and what follows it is a step's. */
function looksLikeStep({ text }: Words): boolean {
  return /^\d+\s*[.．、].*\[[^\]]*\]$/u.test(text);
}

function openSection(
  context: Context,
  sections: Map<SectionName, { heading: Words; items: Item[] }>,
  name: SectionName,
  heading: Words,
): { items: Item[] } {
  claim(context, heading.start, 'heading', {
    zh: `章节「${wordOf(SECTIONS[name], 'zh')}」`,
    en: `section "${wordOf(SECTIONS[name], 'en')}"`,
  });
  const existing = sections.get(name);
  if (existing !== undefined && name !== 'notes') {
    report(context, heading, diagnose('BAD_FIELD', 'sectionTwice', { section: heading.text }));
  }
  const section = existing ?? { heading, items: [] };
  sections.set(name, section);
  return section;
}

/** Splits the section of steps at its third-level headings, and each step at its labels. */
export function readSteps(context: Context, section: Section): readonly RawStep[] {
  const steps: { heading: Words; items: Item[] }[] = [];
  for (const item of section.items) {
    const step = steps.at(-1);
    if (item.kind === 'heading' && item.depth === 3) steps.push({ heading: item.words, items: [] });
    else if (step === undefined) checkBeforeSteps(context, item);
    else step.items.push(item);
  }
  return steps.map(({ heading, items }) => ({ heading, parts: readParts(context, items) }));
}

/** Before the first step there is room for prose, and for what holds for every step. */
function checkBeforeSteps(context: Context, item: Item): void {
  if (item.kind === 'bullet') reportLooseBullet(context, item.words);
  if (item.kind === 'label' && !isForEveryStep(item)) reportLooseBullet(context, item.name);
  checkBeforeLabels(context, item);
}

type Label = Extract<Item, { readonly kind: 'label' }>;

function isForEveryStep({ name }: Label): boolean {
  return findWord(LABELS, name.text)?.key === 'onFailure';
}

/** The labels before the first step that hold for every step. */
export function labelsForEveryStep({ items }: Section): readonly Label[] {
  const first = items.findIndex((item) => item.kind === 'heading' && item.depth === 3);
  return items
    .slice(0, first === -1 ? items.length : first)
    .filter((item) => item.kind === 'label')
    .filter(isForEveryStep);
}

function readParts(context: Context, items: readonly Item[]): readonly Part[] {
  const parts: {
    label: LabelName;
    name: Words;
    rest: Words;
    bullets: Words[];
    fences: Fence[];
    texts: Words[];
    items: Item[];
  }[] = [];
  let inUnknown = false;
  for (const item of items) {
    if (item.kind === 'label') {
      const found = findWord(LABELS, item.name.text);
      inUnknown = found === null;
      if (found === null) reportUnknownLabel(context, item.name);
      else
        parts.push({
          label: found.key,
          name: item.name,
          rest: item.rest,
          bullets: [],
          fences: [],
          texts: [],
          items: [],
        });
      continue;
    }
    const part = parts.at(-1);
    if (inUnknown) continue;
    part?.items.push(item);
    if (part === undefined) checkBeforeLabels(context, item);
    if (item.kind === 'bullet') {
      if (part === undefined) reportLooseBullet(context, item.words);
      else part.bullets.push(item.words);
    }
    if (item.kind === 'fence') part?.fences.push(item);
    if (item.kind === 'text') part?.texts.push(item.words);
  }
  return parts;
}

/** Between a step's heading and its first label there is room for prose only. */
function checkBeforeLabels(context: Context, item: Item): void {
  if (item.kind === 'heading') reportHeading(context, item.words);
  if (item.kind === 'fence')
    report(context, item.content, diagnose('UNKNOWN_LABEL', 'looseBullet', {}));
  checkProse(context, [item]);
}

function reportUnknownSection(context: Context, words: Words): void {
  const near = nearest(words.text, allWords(SECTIONS));
  report(context, words, diagnose('UNKNOWN_SECTION', 'section', { section: words.text }, { near }));
}

function reportLevel(context: Context, { text, ...place }: Words): void {
  report(context, place, diagnose('UNREAD_LINE', 'likeSection', { section: text }));
}

function reportUnknownLabel(context: Context, words: Words): void {
  const near = nearest(words.text, allWords(LABELS));
  report(context, words, diagnose('UNKNOWN_LABEL', 'label', { label: words.text }, { near }));
}

function reportLooseBullet(context: Context, words: Words): void {
  report(context, words, diagnose('UNKNOWN_LABEL', 'looseBullet', {}));
}

function reportUnclosed(context: Context, fence: Fence): void {
  const opening = { start: fence.start, end: fence.start + 3 };
  report(context, opening, diagnose('BAD_FIELD', 'unclosedBlock', {}));
}
