/** Holds the parameters of a request against their declarations, and reads them by type. */
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Json, ParameterDefinition, Plan } from '../../plan/plan.ts';
import { nearest } from '../nearest.ts';
import { type RawValue, show } from './inputs.ts';
import { ROLLING_KEYS } from './rolling-names.ts';
import { readJsonValue, readTextValue } from './values.ts';

const MOST_TEXT = 1024;
const MOST_ITEMS = 1000;
const IMAGE_TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u;
/** Text that reaches programs: no control characters, no shell syntax, nothing that reads as an option. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const UNSAFE = /^-|[\u0000-\u001f\u007f-\u009f`$;&|<>"'\\]|\p{Cf}/u;

export interface ReadParameters {
  readonly values: Readonly<Record<string, Json>>;
  readonly diagnostics: readonly Diagnostic[];
}

type Report = (code: Diagnostic['code'], message: Localized, rest?: Partial<Diagnostic>) => void;

/** Every parameter that the plan declares, with defaults; every problem at once. */
export function readParameters(plan: Plan, given: ReadonlyMap<string, RawValue>): ReadParameters {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (code, message, rest = {}) => {
    diagnostics.push({ code, severity: 'error', message, ...rest });
  };
  const names = plan.parameters.map((each) => each.name);
  for (const [name, value] of given) {
    if (!names.includes(name)) unknownParameter(name, value, names, report);
  }
  const values: Record<string, Json> = {};
  for (const definition of plan.parameters) {
    const value = readParameter(definition, given.get(definition.name), report);
    if (value !== undefined) values[definition.name] = value;
  }
  checkVersion(plan, values, report);
  return { values, diagnostics };
}

function unknownParameter(
  name: string,
  value: RawValue,
  names: readonly string[],
  report: Report,
): void {
  const [near] = nearest(name, [...names, ...ROLLING_KEYS], 1);
  report(
    'UNKNOWN_PARAMETER',
    { zh: `没有参数「${show(name)}」`, en: `there is no parameter "${show(name)}"` },
    {
      actual: show(value.value),
      remedy:
        near === undefined
          ? { zh: `可用的参数：${names.join('、')}`, en: `the parameters are ${names.join(', ')}` }
          : { zh: `您是否想写「${near}」？`, en: `did you mean "${near}"?` },
    },
  );
}

function readParameter(
  definition: ParameterDefinition,
  raw: RawValue | undefined,
  report: Report,
): Json | undefined {
  const { name, type } = definition;
  if (raw === undefined) {
    if (definition.default !== undefined) return definition.default;
    if (!definition.required) return undefined;
    const choices =
      definition.enum === undefined ? '' : ` (${definition.enum.map(String).join(' | ')})`;
    report(
      'MISSING_PARAMETER',
      { zh: `缺少参数 ${name}`, en: `the parameter ${name} is missing` },
      { expected: `${type}${choices}` },
    );
    return undefined;
  }
  const read =
    raw.from === 'json' ? readJsonValue(raw.value, type) : readTextValue(raw.value, type);
  if (!read.ok) {
    report(
      'BAD_PARAMETER',
      { zh: `参数 ${name} 应为 ${type}`, en: `the parameter ${name} should be of type ${type}` },
      { expected: type, actual: show(raw.value), ...(type === 'string' && { remedy: QUOTE }) },
    );
    return undefined;
  }
  if (!isAllowed(definition, read.value, report) || !isSafe(name, read.value, report))
    return undefined;
  return read.value;
}

const QUOTE: Localized = {
  zh: '文本要加引号，例如 "1.10"',
  en: 'put a text in quotes, for example "1.10"',
};

function isAllowed(
  { name, enum: allowed }: ParameterDefinition,
  value: Json,
  report: Report,
): boolean {
  if (allowed === undefined || allowed.includes(value)) return true;
  const choices = allowed.map(String);
  const [near] = nearest(String(value), choices, 1);
  report(
    'BAD_PARAMETER',
    {
      zh: `参数 ${name} 不能是「${show(value)}」`,
      en: `the parameter ${name} cannot be "${show(value)}"`,
    },
    {
      expected: choices.join(' | '),
      actual: show(value),
      ...(near !== undefined && {
        remedy: { zh: `您是否想写「${near}」？`, en: `did you mean "${near}"?` },
      }),
    },
  );
  return false;
}

function isSafe(name: string, value: Json, report: Report): boolean {
  const texts = textsOf(value);
  if (texts.length > MOST_ITEMS || texts.some((text) => text.length > MOST_TEXT)) {
    report(
      'TOO_LARGE',
      { zh: `参数 ${name} 过大`, en: `the parameter ${name} is too large` },
      {
        expected: `≤ ${MOST_ITEMS} × ${MOST_TEXT}`,
      },
    );
    return false;
  }
  const bad = texts.find((text) => text.trim() === '' || UNSAFE.test(text));
  if (bad === undefined) return true;
  report(
    'BAD_PARAMETER',
    {
      zh: `参数 ${name} 的值「${show(bad)}」含有不允许的字符`,
      en: `the value "${show(bad)}" of the parameter ${name} holds characters that are not allowed`,
    },
    {
      actual: show(bad),
      remedy: {
        zh: '不能为空，不能以 - 开头，不能有控制字符、引号或 shell 符号',
        en: 'not empty, not beginning with -, no control characters, quotes or shell syntax',
      },
    },
  );
  return false;
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((each: Json) => textsOf(each));
}

/** The version becomes an image tag, alone and as the template writes the tag. */
function checkVersion(plan: Plan, values: Readonly<Record<string, Json>>, report: Report): void {
  const { version } = values;
  if (typeof version !== 'string') return;
  const tags = [version, ...tagTemplates(plan).map((template) => fill(template, values))];
  const bad = tags.find((tag) => !IMAGE_TAG.test(tag));
  if (bad === undefined) return;
  const lookAlike = [...version].find((char) => (char.codePointAt(0) ?? 0) > 126);
  report(
    'BAD_PARAMETER',
    {
      zh: `版本「${show(version)}」不能用作镜像标签（${show(bad)}）`,
      en: `the version "${show(version)}" cannot be an image tag (${show(bad)})`,
    },
    {
      expected: '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}',
      actual: show(bad),
      ...(lookAlike !== undefined && { remedy: lookAlikeRemedy(lookAlike) }),
    },
  );
}

/** Names a character that looks like another, by its code point. */
export function lookAlikeRemedy(char: string): Localized {
  const code = `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return {
    zh: `「${show(char)}」是 ${code}，不是 ASCII 字符；请重新输入`,
    en: `"${show(char)}" is ${code}, not an ASCII character: type it again`,
  };
}

function tagTemplates(plan: Plan): readonly string[] {
  return plan.steps.flatMap((step) => {
    if (step.kind !== 'action' && step.kind !== 'parallel') return [];
    const settings = step.tasks
      .filter((task) => task.action === 'image.build' || task.action === 'image.push')
      .map((task) => task.settings['tag']);
    const criteria = step.criteria
      .filter((each) => each.fact === 'image.tag')
      .map((each) => each.threshold);
    return [...settings, ...criteria].filter((each): each is string => typeof each === 'string');
  });
}

function fill(template: string, values: Readonly<Record<string, Json>>): string {
  return template.replace(/\$\{([^}]*)\}/gu, (whole, name: string) => {
    const value = values[name.trim()];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
}
