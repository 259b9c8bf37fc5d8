/** A template's text with the places of its characters. */
import type { Place } from '../../diagnostics/diagnostic.ts';

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

function clamp(offset: number, length: number): number {
  return Math.min(Math.max(0, offset), length);
}
