/** Holds the parameters of a request against their declarations, and reads them by type. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
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

type Report = (diagnostic: Diagnostic) => void;

/** Every parameter that the plan declares, with defaults; every problem at once. */
export function readParameters(
  plan: Pick<Plan, 'parameters' | 'steps'>,
  given: ReadonlyMap<string, RawValue>,
): ReadParameters {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
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
  const near = nearest(name, [...names, ...ROLLING_KEYS], 1);
  const named = { name: show(name), known: names };
  const actual = show(value.value);
  report(diagnose('UNKNOWN_PARAMETER', 'undeclared', named, { near, actual }));
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
    report(missing(definition));
    return undefined;
  }
  const read =
    raw.from === 'json' ? readJsonValue(raw.value, type) : readTextValue(raw.value, type);
  if (!read.ok) {
    const actual = show(raw.value);
    report(
      type === 'string'
        ? diagnose('BAD_PARAMETER', 'notText', { name }, { actual })
        : diagnose('BAD_PARAMETER', 'type', { name, type }, { actual }),
    );
    return undefined;
  }
  if (!isAllowed(definition, read.value, report) || !isSafe(name, read.value, report))
    return undefined;
  return read.value;
}

function missing({ name, type, enum: allowed }: ParameterDefinition): Diagnostic {
  if (allowed === undefined) return diagnose('MISSING_PARAMETER', 'missing', { name, type });
  const choices = allowed.map(String).join(' | ');
  return diagnose('MISSING_PARAMETER', 'missingChoice', { name, choices });
}

function isAllowed(
  { name, enum: allowed }: ParameterDefinition,
  value: Json,
  report: Report,
): boolean {
  if (allowed === undefined || allowed.includes(value)) return true;
  const choices = allowed.map(String);
  const near = nearest(String(value), choices, 1);
  const actual = show(value);
  const named = { name, value: actual, choices: choices.join(' | ') };
  report(diagnose('BAD_PARAMETER', 'notAChoice', named, { near, actual }));
  return false;
}

function isSafe(name: string, value: Json, report: Report): boolean {
  const texts = textsOf(value);
  if (texts.length > MOST_ITEMS || texts.some((text) => text.length > MOST_TEXT)) {
    const limits = { parameter: name, items: MOST_ITEMS, characters: MOST_TEXT };
    report(diagnose('TOO_LARGE', 'parameter', limits));
    return false;
  }
  const bad = texts.find((text) => text.trim() === '' || UNSAFE.test(text));
  if (bad === undefined) return true;
  const actual = show(bad);
  report(diagnose('BAD_PARAMETER', 'unsafe', { name, value: actual }, { actual }));
  return false;
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((each: Json) => textsOf(each));
}

/** The version becomes an image tag, alone and as the template writes the tag. */
function checkVersion(
  plan: Pick<Plan, 'parameters' | 'steps'>,
  values: Readonly<Record<string, Json>>,
  report: Report,
): void {
  const { version } = values;
  if (typeof version !== 'string') return;
  const tags = [version, ...tagTemplates(plan).map((template) => fill(template, values))];
  const bad = tags.find((tag) => !IMAGE_TAG.test(tag));
  if (bad === undefined) return;
  const actual = show(bad);
  const named = { version: show(version), tag: actual };
  const odd = lookAlikeIn(version);
  report(
    odd === null
      ? diagnose('BAD_PARAMETER', 'imageTag', named, { actual })
      : diagnose('BAD_PARAMETER', 'imageTagLookAlike', { ...named, ...odd }, { actual }),
  );
}

/** The first character that only looks like an ASCII one, perhaps, with its code point; null: none. */
export function lookAlikeIn(text: string): { character: string; codePoint: string } | null {
  const character = [...text].find((each) => (each.codePointAt(0) ?? 0) > 126);
  if (character === undefined) return null;
  const digits = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { character: show(character), codePoint: `U+${digits}` };
}

function tagTemplates(plan: Pick<Plan, 'steps'>): readonly string[] {
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
