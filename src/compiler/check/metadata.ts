/** `## 模板元信息`: who the template is. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import { RESERVED_TEMPLATE_IDS } from '../../plan/reserved-ids.ts';
import { type Context, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import { claimEntry, entriesOf, readYaml, textOf } from '../parse/yaml-block.ts';
import { fenceIn, missingSection } from './sections.ts';

export interface Metadata {
  readonly templateId: string;
  readonly version: string;
  readonly description: string;
}

const TEMPLATE_ID = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/u;
const TEMPLATE_VERSION = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/u;
const FIELDS = ['template_id', 'version', 'type', 'author', 'created_at', 'tags', 'description'];

export function checkMetadata(context: Context, document: Document): Metadata | null {
  const section = document.sections.get('metadata');
  if (section === undefined) return missingSection(context, 'metadata', 'template_id, version');
  const fence = fenceIn(context, section);
  const block = fence === null ? null : readYaml(context, fence);
  if (block === null) return null;
  const values = new Map<string, string>();
  for (const entry of entriesOf(context, block.map, block.base)) {
    const text = textOf(entry.value);
    const runs = entry.key === 'template_id' || entry.key === 'version';
    if (!FIELDS.includes(entry.key)) {
      const named = { field: entry.key, known: FIELDS };
      const near = nearest(entry.key, FIELDS, 1);
      report(context, entry.keySpan, diagnose('BAD_FIELD', 'metadataField', named, { near }));
    }
    if (text !== null) values.set(entry.key, text);
    claimEntry(context, entry, runs ? 'metadata' : 'prose', {
      zh: `元信息 ${entry.key}${entry.key === 'template_id' ? `：工作流类型为 ${text ?? ''}` : ''}`,
      en: `metadata ${entry.key}${entry.key === 'template_id' ? `: the workflow type is ${text ?? ''}` : ''}`,
    });
    if (runs) checkForm(context, entry.key, text, entry.valueSpan);
  }
  for (const field of ['template_id', 'version']) {
    if (values.has(field)) continue;
    report(context, section.heading, diagnose('MISSING_FIELD', 'metadata', { field }));
  }
  const templateId = values.get('template_id');
  const version = values.get('version');
  if (templateId === undefined || version === undefined) return null;
  return { templateId, version, description: values.get('description') ?? '' };
}

function checkForm(
  context: Context,
  key: string,
  text: string | null,
  span: { start: number; end: number },
): void {
  const isId = key === 'template_id';
  if (isId && text !== null && isReserved(text)) {
    report(context, span, diagnose('RESERVED_NAME', 'templateId', { id: text }, { actual: text }));
    return;
  }
  if (text !== null && (isId ? TEMPLATE_ID : TEMPLATE_VERSION).test(text)) return;
  const variant = isId ? 'templateId' : 'templateVersion';
  report(context, span, diagnose('BAD_FIELD', variant, {}, { actual: text ?? '' }));
}

/** In any case of letters: `tostring` would only confuse. */
function isReserved(id: string): boolean {
  const wanted = id.toLowerCase();
  return RESERVED_TEMPLATE_IDS.some((each) => each.toLowerCase() === wanted);
}
