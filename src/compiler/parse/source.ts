/** A template's text, checked for size and encoding, with the places of its characters. */
import type { Diagnostic, Place } from '../../diagnostics/diagnostic.ts';

/** Forty times the reference template: reading the worst text of this size takes about a second. */
export const LARGEST_TEMPLATE_BYTES = 256 * 1024;
/** Markdown's inline rules cost more than linear time on one long line. */
export const LONGEST_LINE = 10_000;
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
  return long === null ? { source, diagnostic: null } : refuse(lineTooLong(source, long));
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

function refuse(diagnostic: Diagnostic): ReadResult {
  return { source: null, diagnostic };
}

function tooLarge(file: string, bytes: number): Diagnostic {
  return {
    code: 'TOO_LARGE',
    severity: 'error',
    message: { zh: '文件太大', en: 'the file is too large' },
    place: { file, line: 1, column: 1 },
    expected: `<= ${LARGEST_TEMPLATE_BYTES} bytes`,
    actual: `${bytes} bytes`,
    remedy: {
      zh: '请确认这是运行单模板，并删去多余内容',
      en: 'check that this is a run sheet, and remove what does not belong to it',
    },
  };
}

function lineTooLong(source: Source, line: number): Diagnostic {
  return {
    code: 'TOO_LARGE',
    severity: 'error',
    message: { zh: `第 ${line} 行太长`, en: `line ${line} is too long` },
    place: { file: source.file, line, column: 1 },
    excerpt: excerptOf(source, line),
    expected: `<= ${LONGEST_LINE} characters`,
    actual: `${lineText(source, line).length} characters`,
    remedy: { zh: '请把这一行拆成多行', en: 'break the line into several' },
  };
}

function notUtf8(file: string, content: string | Uint8Array): Diagnostic {
  const valid = typeof content === 'string' ? '' : new TextDecoder('utf-8').decode(content);
  const offset = Math.max(0, valid.indexOf('\uFFFD'));
  const place = placeOf(createSource(file, valid), { start: offset, end: offset });
  return {
    code: 'NOT_UTF8',
    severity: 'error',
    message: { zh: '文件不是 UTF-8 编码', en: 'the file is not UTF-8' },
    place: { file, line: place.line, column: place.column },
    remedy: {
      zh: '请用编辑器另存为 UTF-8（例如由 GBK 转换）',
      en: 'save it as UTF-8 in your editor (it may be in another encoding, such as GBK)',
    },
  };
}

function empty(file: string): Diagnostic {
  return {
    code: 'EMPTY_FILE',
    severity: 'error',
    message: { zh: '文件是空的', en: 'the file is empty' },
    place: { file, line: 1, column: 1 },
    remedy: {
      zh: '请从 templates/deployment.md 复制一份开始',
      en: 'begin with a copy of templates/deployment.en.md',
    },
  };
}

function clamp(offset: number, length: number): number {
  return Math.min(Math.max(0, offset), length);
}
