/** What a request says of batches: among its parameters, in its overrides, or under 但修改. */
import type { Diagnostic, Localized } from '../../diagnostics/diagnostic.ts';
import type { Json, Plan, RollingSettings } from '../../plan/plan.ts';
import { isAllAtOnce, readRolling, rollingValueText } from '../parse/rolling.ts';
import type { RollingLabel } from '../parse/words.ts';
import { type RawRequest, type RawValue, show } from './inputs.ts';
import { rollingLabelOf } from './rolling-names.ts';

export interface AskedRolling {
  /** What is left out stays as template and project say. */
  readonly settings: RollingSettings;
  /** The parameters without what was about batches. */
  readonly parameters: ReadonlyMap<string, RawValue>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Splits a request into parameters and batches. A parameter that the template declares stays one. */
export function takeRolling(plan: Plan, raw: RawRequest): AskedRolling {
  const diagnostics: Diagnostic[] = [];
  const declared = new Set(plan.parameters.map((each) => each.name));
  const parameters = new Map<string, RawValue>();
  const asked = new Map<RollingLabel, { name: string; value: Json }>();
  const given = [
    ...[...raw.parameters].map(([name, value]) => ({ name, value, isOverride: false })),
    ...raw.rolling.map(([name, value]) => ({ name, value, isOverride: true })),
  ];
  for (const { name, value, isOverride } of given) {
    const label = rollingLabelOf(name);
    if (label === null || (!isOverride && declared.has(name))) {
      parameters.set(name, value);
      if (label !== null) diagnostics.push(isParameter(name));
    } else if (asked.has(label)) diagnostics.push(twice(name));
    else asked.set(label, { name, value: value.value });
  }
  const settings: RollingSettings = Object.assign(
    {},
    ...[...asked].map(([label, each]) => readOne(label, each, diagnostics)),
  );
  if (isAllAtOnce(settings.batches) && asked.size > 1) diagnostics.push(aloneOnly(asked));
  return { settings, parameters, diagnostics };
}

function readOne(
  label: RollingLabel,
  { name, value }: { readonly name: string; readonly value: Json },
  diagnostics: Diagnostic[],
): RollingSettings {
  const text = rollingValueText(value);
  const read = readRolling(label, text ?? show(value));
  if (read.ok) return read.settings;
  const { message, expected, remedy } = read.problem;
  diagnostics.push({
    ...problem({ zh: `${show(name)}：${message.zh}`, en: `${show(name)}: ${message.en}` }),
    expected,
    actual: show(value),
    remedy,
  });
  return {};
}

function isParameter(name: string): Diagnostic {
  return {
    code: 'ROLLING_SHADOWED',
    severity: 'hint',
    message: {
      zh: `「${name}」是这个模板的参数，这里的值给了参数，不是批次的设置`,
      en: `"${name}" is a parameter of this template: its value went there and says nothing on batches`,
    },
    remedy: {
      zh: '批次的设置请写在 overrides 或「但修改」下，或用 --batches',
      en: 'put what is about batches under overrides, under "with changes", or use --batches',
    },
  };
}

function twice(name: string): Diagnostic {
  return problem({
    zh: `${show(name)} 出现了两次`,
    en: `${show(name)} is given twice`,
  });
}

function aloneOnly(asked: ReadonlyMap<RollingLabel, { readonly name: string }>): Diagnostic {
  const others = [...asked].filter(([label]) => label !== 'batches').map(([, { name }]) => name);
  return {
    ...problem({
      zh: `所有服务器一次完成时，${others.join('、')} 没有意义`,
      en: `where all servers go at once, ${others.join(', ')} means nothing`,
    }),
    remedy: {
      zh: '写小于 100% 的批次，或不写这些',
      en: 'write batches of less than 100%, or leave these out',
    },
  };
}

function problem(message: Localized): Diagnostic {
  return { code: 'BAD_REQUEST', severity: 'error', message };
}
