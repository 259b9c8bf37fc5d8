/** A request's file as YAML, of which JSON is a part: each value as the type of its parameter wants it. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Json, ParameterDefinition } from '../../plan/plan.ts';
import { repeatedKeys, scalarOf, textOf, YAML_OPTIONS } from '../parse/yaml-block.ts';

import { isObject } from './inputs.ts';

type Wanted = ParameterDefinition['type'] | undefined;
type TypeOf = (name: string) => Wanted;

/** What is a text in every request, whatever the template's parameters are. */
const TEXTS = new Set(['requested_by', 'plan_digest', 'language', 'reason', 'task']);
/** Aliases let a few lines stand for billions of values. */
const MOST_VALUES = 20_000;
/** Where each of them points to is looked for in the whole file. */
const MOST_ALIASES = 50;

/** @returns null where the text is no YAML, holds no mapping, or more than a request can */
export function readRequestFile(
  text: string,
  parameters: readonly ParameterDefinition[],
): Readonly<Record<string, Json>> | null {
  const types = new Map<string, Wanted>(parameters.map(({ name, type }) => [name, type]));
  try {
    const document = parseDocument(text, YAML_OPTIONS);
    const problems = [...document.errors, ...document.warnings, ...repeatedKeys(document)];
    if (problems.length > 0) return null;
    const value = readAll(document, (name) => types.get(name) ?? ofChange(name));
    return isObject(value) ? value : null;
  } catch (error) {
    // Nested deeper than can be read.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Below the top only what is skipped and added holds texts of its own. */
function ofChange(name: string): Wanted {
  return TEXTS.has(name) ? 'string' : undefined;
}

/** @throws RangeError where it is too much */
function readAll(document: Document, typeOf: TypeOf): Json {
  let left = MOST_VALUES;
  let aliases = 0;
  const read = (node: unknown, wanted: Wanted, typeOfKey: TypeOf): Json => {
    left -= 1;
    if (left < 0) throw new RangeError('too many values');
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > MOST_ALIASES) throw new RangeError('too many aliases');
      return read(node.resolve(document), wanted, typeOfKey);
    }
    if (isScalar(node)) return scalarOf(node, wanted);
    if (isSeq(node)) {
      const item = wanted === 'array' ? 'string' : undefined;
      return node.items.map((each) => read(each, item, ofChange));
    }
    if (!isMap(node)) return null;
    const entries = node.items.map(({ key, value }): [string, Json] => {
      const name = textOf(key as Node) ?? '';
      return [name, read(value, typeOfKey(name), ofChange)];
    });
    return Object.fromEntries(entries);
  };
  return read(document.contents, undefined, typeOf);
}
