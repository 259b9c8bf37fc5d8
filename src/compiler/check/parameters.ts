/** `## 参数定义`: names, types, defaults and the values that a parameter may have. */
import { isMap, isSeq, type Node } from 'yaml';
import type { Json, ParameterDefinition } from '../../plan/plan.ts';
import { type Context, claim, didYouMean, report } from '../context.ts';
import { nearest } from '../nearest.ts';
import type { Document } from '../parse/document.ts';
import {
  claimEntry,
  type Entry,
  entriesOf,
  jsonOf,
  readYaml,
  textOf,
} from '../parse/yaml-block.ts';
import { fenceIn, missingSection } from './sections.ts';

const TYPES = ['string', 'array', 'boolean', 'number', 'object'] as const;
const FIELDS = ['type', 'required', 'default', 'enum', 'description', 'example'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/u;

export function checkParameters(
  context: Context,
  document: Document,
): readonly ParameterDefinition[] {
  const section = document.sections.get('parameters');
  if (section === undefined)
    return missingSection(context, 'parameters', 'type, required, …') ?? [];
  const fence = fenceIn(context, section);
  const block = fence === null ? null : readYaml(context, fence);
  if (block === null) return [];
  const top = entriesOf(context, block.map, block.base);
  const wrapper = top.find((entry) => entry.key === 'parameters' && isMap(entry.value));
  if (wrapper !== undefined) {
    claim(context, wrapper.keySpan.start, 'parameter', { zh: '参数列表', en: 'the parameters' });
  }
  const entries =
    wrapper !== undefined && isMap(wrapper.value)
      ? entriesOf(context, wrapper.value, block.base)
      : top;
  return entries.flatMap((entry) => checkParameter(context, entry, block.base) ?? []);
}

function checkParameter(context: Context, entry: Entry, base: number): ParameterDefinition | null {
  if (!NAME.test(entry.key)) {
    return bad(
      context,
      entry.keySpan,
      `参数名「${entry.key}」不合规则`,
      `"${entry.key}" is no parameter name`,
      NAME.source,
    );
  }
  if (!isMap(entry.value)) {
    return bad(
      context,
      entry.valueSpan,
      `参数「${entry.key}」缺少定义`,
      `the parameter "${entry.key}" has no definition`,
      'type: string',
    );
  }
  const fields = new Map(entriesOf(context, entry.value, base).map((field) => [field.key, field]));
  const type = typeOf(context, entry, fields.get('type'));
  const required = flagOf(context, fields.get('required'));
  for (const field of fields.values()) checkField(context, entry.key, field);
  const allowed = enumOf(context, fields.get('enum'), type);
  const standard = fields.get('default');
  const value = standard === undefined ? undefined : valueOf(context, standard, type, allowed);
  const example = fields.get('example');
  if (example !== undefined) valueOf(context, example, type, allowed);
  const definition: ParameterDefinition = {
    name: entry.key,
    type,
    required,
    ...(value !== undefined && { default: value }),
    ...(allowed !== undefined && { enum: allowed }),
  };
  claim(context, entry.keySpan.start, 'parameter', describe(definition));
  return definition;
}

function typeOf(
  context: Context,
  parameter: Entry,
  field: Entry | undefined,
): ParameterDefinition['type'] {
  const text = field === undefined ? null : textOf(field.value);
  const known = TYPES.find((each) => each === text);
  if (known !== undefined) return known;
  const span = field?.valueSpan ?? parameter.keySpan;
  report(
    context,
    field === undefined ? 'MISSING_FIELD' : 'BAD_FIELD',
    span,
    {
      zh:
        field === undefined
          ? `参数「${parameter.key}」没有 type`
          : `参数类型「${text ?? ''}」不存在`,
      en:
        field === undefined
          ? `the parameter "${parameter.key}" has no type`
          : `there is no parameter type "${text ?? ''}"`,
    },
    {
      expected: TYPES.join(' | '),
      remedy: didYouMean(nearest(text ?? '', TYPES, 1), {
        zh: `请写其中之一：${TYPES.join('、')}`,
        en: `write one of ${TYPES.join(', ')}`,
      }),
    },
  );
  return 'string';
}

function flagOf(context: Context, field: Entry | undefined): boolean {
  if (field === undefined) return false;
  const value = jsonOf(field.value);
  if (typeof value === 'boolean') return value;
  bad(
    context,
    field.valueSpan,
    'required 应为 true 或 false',
    'required must be true or false',
    'true | false',
  );
  return false;
}

function enumOf(
  context: Context,
  field: Entry | undefined,
  type: ParameterDefinition['type'],
): readonly Json[] | undefined {
  if (field === undefined) return undefined;
  if (!isSeq(field.value) || field.value.items.length === 0) {
    bad(
      context,
      field.valueSpan,
      'enum 应是非空列表',
      'enum must be a list that is not empty',
      '[a, b]',
    );
    return undefined;
  }
  const values = field.value.items.map((item) => jsonOf(item as Node, type));
  if (values.some((value) => !isOfType(value, type))) {
    bad(
      context,
      field.valueSpan,
      `enum 的值应是 ${type} 类型`,
      `the values of enum must be of type ${type}`,
      type,
    );
  }
  return values;
}

function valueOf(
  context: Context,
  field: Entry,
  type: ParameterDefinition['type'],
  allowed: readonly Json[] | undefined,
): Json {
  const value = jsonOf(field.value, type);
  if (!isOfType(value, type)) {
    bad(
      context,
      field.valueSpan,
      `${field.key} 的值不是 ${type} 类型`,
      `the ${field.key} is not of type ${type}`,
      type,
    );
  } else if (allowed !== undefined && !allowed.includes(value)) {
    bad(
      context,
      field.valueSpan,
      `${field.key} 的值不在 enum 中`,
      `the ${field.key} is not one of the enum's values`,
      allowed.map(String).join(' | '),
    );
  }
  return value;
}

function checkField(context: Context, parameter: string, field: Entry): void {
  const isProse = field.key === 'description' || field.key === 'example';
  claimEntry(context, field, isProse ? 'prose' : 'parameter', {
    zh: isProse ? `参数 ${parameter} 的说明` : `参数 ${parameter} 的 ${field.key}`,
    en: isProse
      ? `documents the parameter ${parameter}`
      : `${field.key} of the parameter ${parameter}`,
  });
  if (FIELDS.includes(field.key)) return;
  report(
    context,
    'BAD_FIELD',
    field.keySpan,
    {
      zh: `参数没有「${field.key}」这一项`,
      en: `a parameter has no field "${field.key}"`,
    },
    {
      remedy: didYouMean(nearest(field.key, FIELDS, 1), {
        zh: `可用：${FIELDS.join('、')}`,
        en: `known: ${FIELDS.join(', ')}`,
      }),
    },
  );
}

/** Whether a JSON value is of a parameter's type. */
export function isOfType(value: Json, type: ParameterDefinition['type']): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object')
    return value !== null && typeof value === 'object' && !Array.isArray(value);
  return typeof value === type;
}

function describe(definition: ParameterDefinition): { zh: string; en: string } {
  const values =
    definition.enum === undefined ? '' : ` (${definition.enum.map(String).join(' | ')})`;
  const standard =
    definition.default === undefined ? '' : ` = ${JSON.stringify(definition.default)}`;
  const rest = `${definition.name}: ${definition.type}${values}${standard}`;
  return {
    zh: `${definition.required ? '必填' : '可选'}参数 ${rest}`,
    en: `${definition.required ? 'required' : 'optional'} parameter ${rest}`,
  };
}

function bad(
  context: Context,
  span: { start: number; end: number },
  zh: string,
  en: string,
  expected: string,
): null {
  report(context, 'BAD_FIELD', span, { zh, en }, { expected });
  return null;
}
