/** YAML with the place of every value, so that a problem points at its line. */
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { z } from 'zod';
import { diagnose } from '../diagnostics/diagnose.ts';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { asWanted, keepAsWritten, repeatedKeys } from './as-written.ts';

/** A project file is written by hand. */
const MOST_BYTES = 1024 * 1024;
/** Aliases that one document may resolve: a bomb needs thousands. */
const MOST_ALIASES = 50;

export interface YamlFile {
  /** What the file holds, each scalar as the schema wants it: a text as it was written. */
  readonly valueFor: (schema: z.core.$ZodType) => unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Place and line of the value at a path, or of the nearest part that exists; `key`: of that key in it. */
  locate(
    path: readonly PropertyKey[],
    key?: string,
  ): { readonly place: Place; readonly excerpt: string };
}

/** Reads a file's text. Never throws: what is wrong stands in `diagnostics`. */
export function readYaml(file: string, text: string): YamlFile {
  const lines = text.split(/\r?\n/u);
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): { place: Place; excerpt: string } => {
    const { line, col } = lineCounter.linePos(offset);
    return {
      place: { file, line: Math.max(1, line), column: Math.max(1, col) },
      excerpt: (lines[line - 1] ?? '').slice(0, 400),
    };
  };
  const whole = { place: { file, line: 1, column: 1 } };
  if (text.length > MOST_BYTES) return failed(diagnose('TOO_LARGE', 'projectFile', {}, whole));
  if (text.trim() === '') return failed(diagnose('EMPTY_FILE', 'projectFile', {}, whole));
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    // Each key would be held against all others: `repeatedKeys` looks once.
    uniqueKeys: false,
    schema: 'core',
    // `<<: *anchor`, as compose files have it.
    merge: true,
  });
  // An unknown tag is a warning of the parser's, and its text would be taken without it.
  const problems = [
    ...[...document.errors, ...document.warnings].map(({ message, pos }) => ({
      message,
      offset: pos[0],
    })),
    ...repeatedKeys(document).map((offset) => ({ message: 'Map keys must be unique', offset })),
  ].sort((a, b) => a.offset - b.offset);
  if (problems.length > 0) {
    const diagnostics = problems.map(({ message, offset }) =>
      diagnose('BAD_YAML', 'syntax', { problem: message }, placeAt(offset)),
    );
    return { valueFor: () => undefined, diagnostics, locate: () => placeAt(0) };
  }
  keepAsWritten(document);
  const childOf = childFinder();
  const locate: YamlFile['locate'] = (path, key) =>
    placeAt(offsetOf(childOf, document.contents, path, key));
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return { valueFor: (schema) => asWanted(value, schema), diagnostics: [], locate };
  } catch (error) {
    const { message } = error as Error;
    if (/merge source/iu.test(message)) {
      return failed(diagnose('BAD_YAML', 'syntax', { problem: message }, whole));
    }
    return failed(diagnose('TOO_LARGE', 'projectAliases', { aliases: MOST_ALIASES }, whole));
  }
}

function failed(diagnostic: Diagnostic): YamlFile {
  const place = diagnostic.place ?? { file: '', line: 1, column: 1 };
  return {
    valueFor: () => undefined,
    diagnostics: [diagnostic],
    locate: () => ({ place, excerpt: '' }),
  };
}

interface Child {
  readonly node: unknown;
  readonly offset: number;
}

function offsetOf(
  childOf: (node: unknown, step: PropertyKey) => Child | null,
  root: unknown,
  path: readonly PropertyKey[],
  key: string | undefined,
): number {
  let node: unknown = root;
  let offset = isNode(root) ? (root.range?.[0] ?? 0) : 0;
  for (const step of [...path, ...(key === undefined ? [] : [key])]) {
    const found = childOf(node, step);
    if (found === null) return offset;
    ({ node, offset } = found);
  }
  return offset;
}

/** Keeps what each mapping holds: a file with thousands of problems asks for as many places in it. */
function childFinder(): (node: unknown, step: PropertyKey) => Child | null {
  const known = new Map<unknown, ReadonlyMap<string, Child>>();
  return (node, step) => {
    if (!isMap(node)) return itemOf(node, step);
    const children = known.get(node) ?? childrenOf(node);
    known.set(node, children);
    return children.get(String(step)) ?? null;
  };
}

function childrenOf({ items }: YAMLMap): ReadonlyMap<string, Child> {
  return new Map(
    items.flatMap((pair) =>
      isPair(pair) && isScalar(pair.key)
        ? [
            [
              String(pair.key.value),
              { node: pair.value, offset: pair.key.range?.[0] ?? 0 },
            ] as const,
          ]
        : [],
    ),
  );
}

function itemOf(node: unknown, step: PropertyKey): Child | null {
  if (typeof node !== 'object' || node === null || !('items' in node)) return null;
  const items = node.items;
  const item: unknown = Array.isArray(items) ? items[Number(step)] : undefined;
  if (!isNode(item)) return null;
  return { node: item, offset: (item as Node).range?.[0] ?? 0 };
}
