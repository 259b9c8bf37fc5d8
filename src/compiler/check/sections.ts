/** What every section's check begins with: is it there, has it its block. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { type Context, report } from '../context.ts';
import type { Section } from '../parse/document.ts';
import type { Fence } from '../parse/items.ts';
import { SECTIONS, type SectionName, wordOf } from '../parse/words.ts';

/** @param holds what such a section looks like */
export function missingSection(context: Context, name: SectionName, holds: string): null {
  const section = { zh: wordOf(SECTIONS[name], 'zh'), en: wordOf(SECTIONS[name], 'en') };
  const diagnostic = diagnose('MISSING_SECTION', 'section', { section, holds });
  report(context, { start: 0, end: 0 }, diagnostic);
  return null;
}

/** The section's first fenced block; null, with a diagnostic, where it has none. */
export function fenceIn(context: Context, section: Section): Fence | null {
  const fence = section.items.find((item): item is Fence => item.kind === 'fence');
  if (fence !== undefined) return fence;
  const { heading } = section;
  report(context, heading, diagnose('MISSING_FIELD', 'yamlBlock', { section: heading.text }));
  return null;
}
