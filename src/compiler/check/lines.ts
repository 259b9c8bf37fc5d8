/** Every line of the sections besides the steps is read, or is an error. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type Context, report } from '../context.ts';
import type { Document, Section } from '../parse/document.ts';
import { checkList, checkProse } from '../parse/stray.ts';
import type { SectionName } from '../parse/words.ts';

const LISTS: readonly SectionName[] = ['rollback', 'success', 'metrics'];
const BLOCKS: readonly SectionName[] = ['metadata', 'parameters'];

export function checkLines(context: Context, { sections }: Document): void {
  for (const [name, section] of sections) {
    if (LISTS.includes(name)) checkListSection(context, section);
    else if (BLOCKS.includes(name)) checkBlockSection(context, section);
    // The titles of examples are headings.
    else if (name !== 'steps')
      checkProse(
        context,
        section.items.filter(({ kind }) => kind === 'text'),
      );
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
