/**
 * Scalars by the type that the schema wants. YAML takes `3.10` for the number 3.1 and `True` for a
 * truth value; where a text is wanted, it is what stands in the file.
 */
import { type Document, isScalar, type Scalar, visit } from 'yaml';
import type { z } from 'zod';
import { below, unwrap } from './schema-keys.ts';

type Schema = z.core.$ZodType;

/** What YAML does not take for a text, beside the text that stands there. */
class Untyped {
  readonly value: unknown;
  readonly source: string;

  constructor(value: unknown, source: string) {
    this.value = value;
    this.source = source;
  }
}

/** As JSON writes one: `0x1F`, `010` and `1_000` mean different numbers to different readers. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/u;

/** Lets the document keep how each scalar was written; keys are texts from then on. */
export function keepAsWritten(document: Document): void {
  visit(document, {
    Scalar(key, node) {
      const text = sourceOf(node);
      if (key === 'key') node.value = text;
      else if (typeof node.value !== 'string') node.value = new Untyped(node.value, text);
    },
  });
}

/** Where a mapping has a key that it had before: `1.0` and `1.00` are two. Offsets in the text. */
export function repeatedKeys(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = sourceOf(key);
        if (seen.has(name)) offsets.push(key.range?.[0] ?? 0);
        seen.add(name);
      }
    },
  });
  return offsets;
}

/** The value of such a document, each scalar as the schema wants it at its place. */
export function asWanted(value: unknown, schema: Schema): unknown {
  return read(value, unwrap(schema));
}

function read(value: unknown, wanted: readonly Schema[]): unknown {
  if (value instanceof Untyped) return scalarAs(value, wanted);
  const inside = (each: unknown, step: PropertyKey): unknown =>
    read(each, wanted.flatMap((schema) => below(schema, step)).flatMap(unwrap));
  if (Array.isArray(value)) return value.map(inside);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isExtension(name, wanted))
      .map(([name, each]) => [name, inside(each, name)]),
  );
}

/** As in compose files, a key that begins with `x-` is its writer's own; where names are free, it is one. */
function isExtension(name: string, wanted: readonly Schema[]): boolean {
  const isFree = wanted.some((schema) => schema._zod.def.type === 'record');
  return name.startsWith('x-') && !isFree && wanted.some(({ _zod }) => _zod.def.type === 'object');
}

function scalarAs({ value, source }: Untyped, wanted: readonly Schema[]): unknown {
  const types = new Set(wanted.flatMap(typesOf));
  // A text that is not there is not an empty one: the schema says what may be left out.
  if (value === null || types.has(typeof value)) {
    if (typeof value !== 'number') return value;
    // Where either is wanted it is a number only if that is how the number is written.
    if (NUMBER.test(source) && (!types.has('string') || String(value) === source)) return value;
    return source;
  }
  return types.has('string') ? source : value;
}

function typesOf(schema: Schema): readonly string[] {
  const { def } = schema._zod;
  if (def.type === 'enum') return ['string'];
  if (def.type === 'literal' && 'values' in def && Array.isArray(def.values)) {
    return def.values.map((value: unknown) => typeof value);
  }
  return [def.type];
}

function sourceOf({ source, value }: Scalar): string {
  return source ?? (typeof value === 'string' ? value : '');
}
