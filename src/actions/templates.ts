/** Fills `${name}` in what a document's text sets. */
import type { Json } from '../plan/plan.ts';

/** Replaces each `${name}` by its value; lists are joined by commas, unknown names stay as written. */
export function fillTemplate(text: string, values: Readonly<Record<string, Json>>): string {
  return text.replace(/\$\{\s*(?:parameters\.)?([\w.]+)\s*\}/gu, (whole, name: string) => {
    if (!Object.hasOwn(values, name)) return whole;
    return textOf(values[name] ?? null);
  });
}

/** Fills the templates in every text of a task's settings, however deep. */
export function fillSettings(
  settings: Readonly<Record<string, Json>>,
  values: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, fillJson(value, values)]),
  );
}

function fillJson(value: Json, values: Readonly<Record<string, Json>>): Json {
  if (typeof value === 'string') return fillTemplate(value, values);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json) => fillJson(item, values));
  return fillSettings(value as Readonly<Record<string, Json>>, values);
}

function textOf(value: Json): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (value !== null && typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
