/** Every line of the sections besides the steps is read, or is an error. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type Context, report } from '../context.ts';
import type { Document, Section } from '../parse/document.ts';
import { checkList, checkProse } from '../parse/stray.ts';
import { findWord, SECTIONS, type SectionName } from '../parse/words.ts';

const LISTS: readonly SectionName[] = ['rollback', 'success', 'metrics'];
const BLOCKS: readonly SectionName[] = ['metadata', 'parameters'];

export function checkLines(context: Context, { sections }: Document): void {
  for (const [name, section] of sections) {
    if (LISTS.includes(name)) checkListSection(context, section);
    else if (BLOCKS.includes(name)) checkBlockSection(context, section);
    else if (name !== 'steps') checkProseSection(context, section);
  }
}

/** The titles of examples are headings; the name of a section, at another level, is none. */
function checkProseSection(context: Context, { items }: Section): void {
  checkProse(
    context,
    items.filter(({ kind }) => kind === 'text'),
  );
  for (const item of items) {
    const words = item.kind === 'heading' ? item.words : item.kind === 'label' ? item.name : null;
    if (words === null || findWord(SECTIONS, words.text) === null) continue;
    report(context, words, diagnose('UNREAD_LINE', 'likeSection', { section: words.text }));
  }
}

function checkListSection(context: Context, { heading, items }: Section): void {
  checkList(context, heading, items);
  if (items.some(({ kind }) => kind === 'bullet')) return;
  report(context, heading, diagnose('UNREAD_LINE', 'noList', { label: heading.text }));
}

function checkBlockSection(context: Context, { items }: Section): void {
  const [, ...others] = items.filter((item) => item.kind === 'fence');
  for (const fence of others) {
    report(context, fence.content, diagnose('UNREAD_LINE', 'secondBlock', {}));
  }
  checkProse(context, items);
}
