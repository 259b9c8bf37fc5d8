/** Reads a parameter's value by its declared type. What the type does not say is never guessed. */
import { isScalar, isSeq, parseDocument } from 'yaml';
import type { Json, ParameterDefinition } from '../../plan/plan.ts';

type ParameterType = ParameterDefinition['type'];
export type ReadValue = { readonly ok: true; readonly value: Json } | { readonly ok: false };

const BAD: ReadValue = { ok: false };

/** A value that came as JSON. A text stays text; a number is not a text. */
export function readJsonValue(value: Json, type: ParameterType): ReadValue {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? good(value) : BAD;
    case 'boolean':
      return typeof value === 'boolean' ? good(value) : BAD;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? good(value) : BAD;
    case 'array':
      return Array.isArray(value) ? good(value) : BAD;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? good(value)
        : BAD;
  }
}

/** A value that came as text: `- version: 1.10` and `-p version=1.10` stay "1.10". */
export function readTextValue(text: string, type: ParameterType): ReadValue {
  const trimmed = text.trim();
  switch (type) {
    case 'string':
      return good(unquote(trimmed));
    case 'boolean':
      return readBoolean(trimmed);
    case 'number':
      return /^[+-]?\d{1,15}(?:\.\d{1,15})?$/u.test(trimmed) ? good(Number(trimmed)) : BAD;
    case 'array':
      return readList(trimmed);
    case 'object':
      return readObject(trimmed);
  }
}

function good(value: Json): ReadValue {
  return { ok: true, value };
}

function readBoolean(text: string): ReadValue {
  const word = text.toLowerCase();
  if (['true', 'yes', '是'].includes(word)) return good(true);
  if (['false', 'no', '否'].includes(word)) return good(false);
  return BAD;
}

/** `[a, b]` (also `［a，b］`), or `a, b`. Items are texts exactly as written. */
function readList(text: string): ReadValue {
  const ascii = text
    .replaceAll('［', '[')
    .replaceAll('］', ']')
    .replaceAll('【', '[')
    .replaceAll('】', ']')
    .replace(/[，、]/gu, ', ');
  const source = ascii.startsWith('[') ? ascii : `[${ascii}]`;
  const document = parseDocument(source, { prettyErrors: false, uniqueKeys: false });
  if (document.errors.length > 0 || !isSeq(document.contents)) return BAD;
  const items: string[] = [];
  for (const item of document.contents.items) {
    if (!isScalar(item)) return BAD;
    items.push(item.type === 'PLAIN' ? (item.source ?? '') : String(item.value));
  }
  return good(items);
}

function readObject(text: string): ReadValue {
  try {
    return readJsonValue(JSON.parse(text) as Json, 'object');
  } catch {
    return BAD;
  }
}

function unquote(text: string): string {
  const quoted = /^(["'])(.*)\1$/su.exec(text);
  return quoted === null ? text : (quoted[2] ?? '');
}
