/** How much is read between two empty lines, which the inline rules take as one, and of lists. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { excerptOf, lineText, type Source } from './source.ts';

/** A paragraph, a list, a table or a fence of very many lines. */
const MOST_LINES = 1_000;
const MOST_CHARACTERS = 20_000;
/** Each mark may be held against all others of its block. */
const MOST_MARKS = 500;
/** What may begin or end emphasis: `*` and `_` side by side, but for the `_` inside a word. */
const MARKS = /\*+|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/gu;

/** Lists and quotes that one line begins, each inside the one before. */
const MOST_NESTED = 20;
/** In a run sheet; the parser inserts each item into all that it has read. */
const MOST_ITEMS = 5_000;
const OPENS = /[ \t]*(?:(?:[-+*]|\d{1,9}[.)])(?=[ \t])|>)/uy;
/** A rule across the page begins nothing. */
const RULE = /^[ \t]*([-*])(?:[ \t]*\1)*[ \t]*$/u;

interface Block {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly lines: number;
  readonly text: string;
}

/** The first list or block that costs more to read than its length is worth; null: there is none. */
export function blockProblem(source: Source): Diagnostic | null {
  return listProblem(source) ?? inlineProblem(source);
}

function listProblem(source: Source): Diagnostic | null {
  let items = 0;
  for (let line = 1; line <= source.lineStarts.length; line += 1) {
    const nested = nestedOn(lineText(source, line));
    items += nested;
    if (nested > MOST_NESTED) {
      const details = { ...placeOf(source, { line }), actual: String(nested) };
      return diagnose('TOO_LARGE', 'nested', { line, limit: MOST_NESTED }, details);
    }
    if (items > MOST_ITEMS) {
      const limits = { line, limit: MOST_ITEMS };
      return diagnose('TOO_LARGE', 'items', limits, placeOf(source, { line }));
    }
  }
  return null;
}

function inlineProblem(source: Source): Diagnostic | null {
  for (const block of blocksOf(source)) {
    const { line, lines, text } = block;
    if (lines > MOST_LINES || text.length > MOST_CHARACTERS) {
      const limits = { line, limit: MOST_LINES, characters: MOST_CHARACTERS };
      return diagnose('TOO_LARGE', 'block', limits, placeOf(source, block));
    }
    const marks = text.match(MARKS)?.length ?? 0;
    if (marks > MOST_MARKS) {
      const limits = { line, limit: MOST_MARKS };
      const details = { ...placeOf(source, block), actual: String(marks) };
      return diagnose('TOO_LARGE', 'emphasis', limits, details);
    }
  }
  return null;
}

function nestedOn(text: string): number {
  let count = 0;
  for (OPENS.lastIndex = 0; OPENS.test(text); ) count += 1;
  return count > MOST_NESTED && RULE.test(text) ? 0 : count;
}

function* blocksOf(source: Source): Generator<Block> {
  const { lineStarts, text } = source;
  let first = 1;
  for (let line = 1; line <= lineStarts.length + 1; line += 1) {
    if (line <= lineStarts.length && lineText(source, line).trim() !== '') continue;
    const stretch = text.slice(lineStarts[first - 1] ?? text.length, lineStarts[line - 1]);
    if (line > first) yield { line: first, lines: line - first, text: stretch };
    first = line + 1;
  }
}

function placeOf(
  source: Source,
  { line }: Pick<Block, 'line'>,
): Pick<Diagnostic, 'place' | 'excerpt'> {
  return { place: { file: source.file, line, column: 1 }, excerpt: excerptOf(source, line) };
}
