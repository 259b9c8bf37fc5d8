/** `## 模板元信息`: who the template is. */

import { type Context, didYouMean, report } from '../context.ts';
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
      report(
        context,
        'BAD_FIELD',
        entry.keySpan,
        {
          zh: `元信息没有「${entry.key}」这一项，它不起任何作用`,
          en: `the metadata has no field "${entry.key}"; it does nothing`,
        },
        {
          severity: 'warning',
          remedy: didYouMean(nearest(entry.key, FIELDS, 1), {
            zh: `可用：${FIELDS.join('、')}`,
            en: `known: ${FIELDS.join(', ')}`,
          }),
        },
      );
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
    report(
      context,
      'MISSING_FIELD',
      section.heading,
      {
        zh: `元信息缺少「${field}」`,
        en: `the metadata lacks "${field}"`,
      },
      { remedy: { zh: `请加上一行「${field}: …」`, en: `add a line "${field}: …"` } },
    );
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
  const form = key === 'template_id' ? TEMPLATE_ID : TEMPLATE_VERSION;
  if (text !== null && form.test(text)) return;
  report(
    context,
    'BAD_FIELD',
    span,
    {
      zh: `「${key}」的形式不对`,
      en: `"${key}" has a wrong form`,
    },
    {
      expected: form.source,
      actual: text ?? '',
      remedy: {
        zh: '只用字母、数字、下划线、点和连字符',
        en: 'use letters, digits, underscores, dots and hyphens only',
      },
    },
  );
}
