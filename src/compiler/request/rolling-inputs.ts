/** What a request says of batches: among its parameters, in its overrides, or under 但修改. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
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
export function takeRolling(plan: Pick<Plan, 'parameters'>, raw: RawRequest): AskedRolling {
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
      if (label !== null) diagnostics.push(diagnose('ROLLING_SHADOWED', 'parameter', { name }));
    } else if (asked.has(label))
      diagnostics.push(diagnose('BAD_REQUEST', 'batchSettingTwice', { name: show(name) }));
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
  const problem = read.problem.message;
  const { message } = diagnose('BAD_REQUEST', 'batchValue', { name: show(name), problem });
  diagnostics.push({ ...read.problem, code: 'BAD_REQUEST', message, actual: show(value) });
  return {};
}

function aloneOnly(asked: ReadonlyMap<RollingLabel, { readonly name: string }>): Diagnostic {
  const names = [...asked].filter(([label]) => label !== 'batches').map(([, { name }]) => name);
  return diagnose('BAD_REQUEST', 'pointlessAtOnce', { names });
}
