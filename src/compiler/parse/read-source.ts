/** A template's bytes → its text, checked for size and encoding. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { blockProblem } from './blocks.ts';
import { createSource, excerptOf, lineText, placeOf, type Source } from './source.ts';

/** Forty times the reference template; docs/benchmarks.md says how long the worst text of it takes. */
const LARGEST_TEMPLATE_BYTES = 256 * 1024;
/** Markdown's inline rules cost more than linear time on one long line. */
const LONGEST_LINE = 10_000;

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
  const problem = blockProblem(source);
  return problem === null ? { source, diagnostic: null } : refuse(problem);
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

function notUtf8(file: string, content: string | Uint8Array): Diagnostic {
  const valid = typeof content === 'string' ? '' : new TextDecoder('utf-8').decode(content);
  const offset = Math.max(0, valid.indexOf('\uFFFD'));
  const { line, column } = placeOf(createSource(file, valid), { start: offset, end: offset });
  return diagnose('NOT_UTF8', 'file', {}, { place: { file, line, column } });
}

function empty(file: string): Diagnostic {
  return diagnose('EMPTY_FILE', 'template', {}, { place: { file, line: 1, column: 1 } });
}
