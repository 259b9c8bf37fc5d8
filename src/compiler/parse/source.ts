/** A template's text, checked for size and encoding, with the places of its characters. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic, Place } from '../../diagnostics/diagnostic.ts';

/** Forty times the reference template: reading the worst text of this size takes about a second. */
export const LARGEST_TEMPLATE_BYTES = 256 * 1024;
/** Markdown's inline rules cost more than linear time on one long line. */
export const LONGEST_LINE = 10_000;
/** And on one paragraph, list or table of very many lines: this many without an empty one between them. */
export const LONGEST_BLOCK = 1_000;
/** The inline rules read a paragraph as one line. */
export const MOST_OF_BLOCK = 20_000;
const LONGEST_EXCERPT = 400;

/** A stretch of the text: offsets in UTF-16 units, end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Source {
  readonly file: string;
  readonly text: string;
  /** Offset at which each line begins. */
  readonly lineStarts: readonly number[];
}

export function createSource(file: string, text: string): Source {
  const lineStarts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/gu)) lineStarts.push(match.index + match[0].length);
  return { file, text, lineStarts };
}

/** The number of lines that an editor shows: a final line break does not begin another. */
export function lineCount(source: Source): number {
  const last = source.lineStarts.at(-1);
  const endsWithBreak = last === source.text.length && source.lineStarts.length > 1;
  return source.lineStarts.length - (endsWithBreak ? 1 : 0);
}

/** The text of a line (from 1) without its line break. */
export function lineText(source: Source, line: number): string {
  const start = source.lineStarts[line - 1] ?? source.text.length;
  const end = source.lineStarts[line] ?? source.text.length;
  return source.text.slice(start, end).replace(/[\r\n]+$/u, '');
}

/** The line (from 1) that holds an offset. */
export function lineOf(source: Source, offset: number): number {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** The place of a span; one that reaches beyond the text is cut to it. */
export function placeOf(source: Source, span: Span): Place {
  const start = clamp(span.start, source.text.length);
  const end = Math.max(start, clamp(span.end, source.text.length));
  const line = lineOf(source, start);
  const endLine = lineOf(source, end);
  const column = start - (source.lineStarts[line - 1] ?? 0) + 1;
  const endColumn = end - (source.lineStarts[endLine - 1] ?? 0) + 1;
  return { file: source.file, line, column, endLine, endColumn };
}

/** The line that a diagnostic shows; the rest of an overlong one is left out. */
export function excerptOf(source: Source, line: number): string {
  return lineText(source, line).slice(0, LONGEST_EXCERPT);
}

export type ReadResult =
  | { readonly source: Source; readonly diagnostic: null }
  | { readonly source: null; readonly diagnostic: Diagnostic };

/** Takes bytes or text; refuses what is empty, too large or not UTF-8. Never throws. */
export function readSource(file: string, content: string | Uint8Array): ReadResult {
  const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
  if (bytes > LARGEST_TEMPLATE_BYTES) return refuse(tooLarge(file, bytes));
  const text = typeof content === 'string' ? content : decode(content);
  if (text === null) return refuse(notUtf8(file, content));
  const source = createSource(file, text.replace(/^\uFEFF/u, ''));
  if (source.text.trim() === '') return refuse(empty(file));
  const long = longLine(source);
  if (long !== null) return refuse(lineTooLong(source, long));
  const block = longBlock(source);
  return block === null ? { source, diagnostic: null } : refuse(blockTooLong(source, block));
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function longLine(source: Source): number | null {
  const index = source.lineStarts.findIndex((start, at) => {
    const end = source.lineStarts[at + 1] ?? source.text.length;
    return end - start > LONGEST_LINE;
  });
  return index === -1 ? null : index + 1;
}

/** The line on which the first block begins that is too long; null: there is none. */
function longBlock(source: Source): number | null {
  let first = 1;
  for (let line = 1; line <= source.lineStarts.length; line += 1) {
    if (lineText(source, line).trim() === '') first = line + 1;
    else if (line - first >= LONGEST_BLOCK || lengthOf(source, first, line) > MOST_OF_BLOCK)
      return first;
  }
  return null;
}

/** Characters from the beginning of one line to the end of another. */
function lengthOf({ lineStarts, text }: Source, first: number, last: number): number {
  return (lineStarts[last] ?? text.length) - (lineStarts[first - 1] ?? 0);
}

function refuse(diagnostic: Diagnostic): ReadResult {
  return { source: null, diagnostic };
}

function tooLarge(file: string, bytes: number): Diagnostic {
  const limit = LARGEST_TEMPLATE_BYTES;
  const place = { file, line: 1, column: 1 };
  return diagnose('TOO_LARGE', 'template', { limit }, { place, actual: String(bytes) });
}

function lineTooLong(source: Source, line: number): Diagnostic {
  return diagnose(
    'TOO_LARGE',
    'line',
    { line, limit: LONGEST_LINE },
    {
      place: { file: source.file, line, column: 1 },
      excerpt: excerptOf(source, line),
      actual: String(lineText(source, line).length),
    },
  );
}

function blockTooLong(source: Source, line: number): Diagnostic {
  return diagnose(
    'TOO_LARGE',
    'block',
    { line, limit: LONGEST_BLOCK, characters: MOST_OF_BLOCK },
    { place: { file: source.file, line, column: 1 }, excerpt: excerptOf(source, line) },
  );
}

function notUtf8(file: string, content: string | Uint8Array): Diagnostic {
  const valid = typeof content === 'string' ? '' : new TextDecoder('utf-8').decode(content);
  const offset = Math.max(0, valid.indexOf('\uFFFD'));
  const { line, column } = placeOf(createSource(file, valid), { start: offset, end: offset });
  return diagnose('NOT_UTF8', 'file', {}, { place: { file, line, column } });
}

function empty(file: string): Diagnostic {
  return diagnose('EMPTY_FILE', 'template', {}, { place: { file, line: 1, column: 1 } });
}

function clamp(offset: number, length: number): number {
  return Math.min(Math.max(0, offset), length);
}
