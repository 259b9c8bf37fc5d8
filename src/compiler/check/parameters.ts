/** `## 参数定义`: names, types, defaults and the values that a parameter may have. */
import { isMap, isSeq, type Node } from 'yaml';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Json, ParameterDefinition } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
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
  const { key: name } = entry;
  if (!NAME.test(name)) {
    report(context, entry.keySpan, diagnose('BAD_FIELD', 'parameterName', { name }));
    return null;
  }
  if (!isMap(entry.value)) {
    report(context, entry.valueSpan, diagnose('BAD_FIELD', 'parameterDefinition', { name }));
    return null;
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
  if (field === undefined) {
    const named = { name: parameter.key, types: TYPES };
    report(context, parameter.keySpan, diagnose('MISSING_FIELD', 'parameterType', named));
    return 'string';
  }
  const near = nearest(text ?? '', TYPES, 1);
  const named = { type: text ?? '', types: TYPES };
  report(context, field.valueSpan, diagnose('BAD_FIELD', 'parameterType', named, { near }));
  return 'string';
}

function flagOf(context: Context, field: Entry | undefined): boolean {
  if (field === undefined) return false;
  const value = jsonOf(field.value);
  if (typeof value === 'boolean') return value;
  report(context, field.valueSpan, diagnose('BAD_FIELD', 'required', {}));
  return false;
}

function enumOf(
  context: Context,
  field: Entry | undefined,
  type: ParameterDefinition['type'],
): readonly Json[] | undefined {
  if (field === undefined) return undefined;
  if (!isSeq(field.value) || field.value.items.length === 0) {
    report(context, field.valueSpan, diagnose('BAD_FIELD', 'enumList', {}));
    return undefined;
  }
  const values = field.value.items.map((item) => jsonOf(item as Node, type));
  if (values.some((value) => !isOfType(value, type)))
    report(context, field.valueSpan, diagnose('BAD_FIELD', 'enumType', { type }));
  return values;
}

function valueOf(
  context: Context,
  field: Entry,
  type: ParameterDefinition['type'],
  allowed: readonly Json[] | undefined,
): Json {
  const value = jsonOf(field.value, type);
  const { key, valueSpan } = field;
  if (!isOfType(value, type))
    report(context, valueSpan, diagnose('BAD_FIELD', 'valueType', { field: key, type }));
  else if (allowed !== undefined && !allowed.includes(value)) {
    const values = allowed.map(String).join(' | ');
    report(context, valueSpan, diagnose('BAD_FIELD', 'valueNotInEnum', { field: key, values }));
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
  const near = nearest(field.key, FIELDS, 1);
  const named = { field: field.key, known: FIELDS };
  report(context, field.keySpan, diagnose('BAD_FIELD', 'parameterField', named, { near }));
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
