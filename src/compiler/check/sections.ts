/** What every section's check begins with: is it there, has it its block. */
import type { Context } from '../context.ts';
import { report } from '../context.ts';
import type { Section } from '../parse/document.ts';
import type { Fence } from '../parse/items.ts';
import { SECTIONS, type SectionName, wordOf } from '../parse/words.ts';

export function missingSection(context: Context, name: SectionName, holds: string): null {
  const [zh, en] = [wordOf(SECTIONS[name], 'zh'), wordOf(SECTIONS[name], 'en')];
  report(
    context,
    'MISSING_SECTION',
    { start: 0, end: 0 },
    {
      zh: `缺少章节「## ${zh}」`,
      en: `the section "## ${en}" is missing`,
    },
    { remedy: { zh: `请加上「## ${zh}」（${holds}）`, en: `add "## ${en}" (${holds})` } },
  );
  return null;
}

/** The section's first fenced block; null, with a diagnostic, where it has none. */
export function fenceIn(context: Context, section: Section): Fence | null {
  const fence = section.items.find((item): item is Fence => item.kind === 'fence');
  if (fence !== undefined) return fence;
  report(
    context,
    'MISSING_FIELD',
    section.heading,
    {
      zh: `「${section.heading.text}」下没有 YAML 代码块`,
      en: `"${section.heading.text}" holds no YAML block`,
    },
    { remedy: { zh: '请加上以 ```yaml 开头的代码块', en: 'add a block that begins with ```yaml' } },
  );
  return null;
}
