/** A fenced YAML block: its tree with places in the template, and its mistakes as diagnostics. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Json, ParameterDefinition } from '../../plan/plan.ts';
import { type Context, claim, report } from '../context.ts';
import type { Fence } from './items.ts';
import { lineOf, type Span } from './source.ts';

/** One alias stands for one copy; a bomb is a few lines that stand for billions. */
const MOST_ALIASES = 20;
const DEEPEST = 20;
/** As JSON writes one: `0x1F`, `010` and `1_000` mean different numbers to different readers. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/u;

/** What YAML takes for numbers and truth values, whatever version a text asks for. */
export const YAML_OPTIONS = {
  schema: 'core',
  strict: true,
  // Each key would be held against all others: `repeatedKeys` looks once.
  uniqueKeys: false,
  logLevel: 'silent',
  prettyErrors: false,
} as const;

export interface YamlBlock {
  readonly map: YAMLMap;
  /** Offset in the template of the block's first character. */
  readonly base: number;
}

/** An entry of a mapping with a text key. */
export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node | null;
  readonly valueSpan: Span;
}

interface ParsedBlock {
  readonly document: Document.Parsed;
  /** In the block's order. */
  readonly problems: readonly Problem[];
}

interface Problem {
  readonly message: string;
  /** Offsets in the block. */
  readonly pos: readonly [start: number, end: number];
}

/** The block's mapping; null, with diagnostics, where it is none. */
export function readYaml(context: Context, fence: Fence): YamlBlock | null {
  const base = fence.content.start;
  const parsed = parse(context, fence);
  if (parsed === null) return null;
  const { document, problems } = parsed;
  for (const { pos, message } of problems.slice(0, 10)) {
    const [start, end] = pos;
    const span = { start: base + start, end: base + Math.max(start + 1, end) };
    const problem = message.split('\n')[0] ?? '';
    report(context, span, diagnose('BAD_YAML', 'syntax', { problem }));
  }
  if (problems.length > 0 || !isHarmless(context, fence, document)) return null;
  if (isMap(document.contents)) return { map: document.contents, base };
  report(context, fence, diagnose('BAD_YAML', 'notMapping', {}));
  return null;
}

/** @returns null, with a diagnostic, where it nests deeper than can be read */
function parse(context: Context, fence: Fence): ParsedBlock | null {
  try {
    const document = parseDocument(fence.content.text, YAML_OPTIONS);
    // An unknown tag is a warning of the parser's, and its text would be taken without it.
    const problems = [...document.errors, ...document.warnings, ...repeatedKeys(document)];
    return { document, problems: problems.sort((a, b) => a.pos[0] - b.pos[0]) };
  } catch {
    report(context, fence, diagnose('BAD_YAML', 'unreadable', {}));
    return null;
  }
}

function isHarmless(context: Context, fence: Fence, document: Document.Parsed): boolean {
  let aliases = 0;
  let deepest = 0;
  visit(document, (_key, node, path) => {
    if (isAlias(node)) aliases += 1;
    deepest = Math.max(deepest, path.length);
    return deepest > DEEPEST * 2 ? visit.BREAK : undefined;
  });
  if (aliases <= MOST_ALIASES && deepest <= DEEPEST * 2) return true;
  const limits = { aliases: MOST_ALIASES, levels: DEEPEST };
  report(context, fence, diagnose('TOO_LARGE', 'yamlBlock', limits));
  return false;
}

/** The entries of a mapping. A key that is not a text is reported and left out. */
export function entriesOf(context: Context, map: YAMLMap, base: number): readonly Entry[] {
  return map.items.flatMap(({ key, value }) => {
    const keySpan = spanOf(key, base, { start: base, end: base });
    if (!isScalar(key)) {
      report(context, keySpan, diagnose('BAD_YAML', 'keyNotText', {}));
      return [];
    }
    const node = value as Node | null;
    return [
      { key: textOf(key) ?? '', keySpan, value: node, valueSpan: spanOf(node, base, keySpan) },
    ];
  });
}

/** A scalar as written, so that `1.10` stays `1.10`; `~` and nothing are empty. null: not a scalar. */
export function textOf(node: Node | null): string | null {
  if (!isScalar(node)) return null;
  if (typeof node.value === 'string') return node.value;
  return node.value === null ? '' : (node.source ?? String(node.value));
}

/** The value as JSON, each scalar as `scalarOf` reads it; the items of an array are texts. */
export function jsonOf(node: Node | null, type?: ParameterDefinition['type']): Json {
  if (isScalar(node)) return scalarOf(node, type);
  if (isSeq(node)) {
    const item = type === 'array' ? 'string' : undefined;
    return node.items.map((each) => jsonOf(each as Node, item));
  }
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [textOf(key as Node) ?? '', jsonOf(value as Node)]),
    );
  }
  return null;
}

/**
 * A scalar by the type that is wanted. A text is what stands there; where no type is wanted, a number
 * is one only if that is how the number is written, so that `3.10` stays a text.
 */
export function scalarOf(node: Scalar, type?: ParameterDefinition['type']): Json {
  const { value } = node;
  if (value === null) return null;
  const text = textOf(node);
  if (type === 'string' || text === null) return text;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'number') return text;
  const isWritten = type === 'number' ? NUMBER.test(text) : String(value) === text;
  return isWritten ? value : text;
}

/** Where a mapping has a key that it had before; the same text is one key: `1.0` and `1.00` are two. */
export function repeatedKeys(document: Document): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = textOf(key) ?? '';
        const [start, end] = key.range ?? [0, 0];
        if (seen.has(name))
          problems.push({ message: 'Map keys must be unique', pos: [start, end] });
        seen.add(name);
      }
    },
  });
  return problems;
}

/** Says what every line from an entry's key to its value's end became. */
export function claimEntry(
  context: Context,
  entry: Entry,
  kind: 'metadata' | 'parameter' | 'prose',
  became: { readonly zh: string; readonly en: string },
): void {
  claim(context, entry.keySpan.start, kind, became);
  const { lineStarts, text } = context.source;
  const value = text.slice(0, entry.valueSpan.end).trimEnd();
  const last = lineOf(context.source, Math.max(entry.keySpan.start, value.length - 1));
  for (let line = lineOf(context.source, entry.keySpan.start) + 1; line <= last; line += 1)
    claim(context, lineStarts[line - 1] ?? 0, kind, became);
}

function spanOf(node: unknown, base: number, otherwise: Span): Span {
  const range = (node as Node | null)?.range;
  return range ? { start: base + range[0], end: base + Math.max(range[0], range[1]) } : otherwise;
}
