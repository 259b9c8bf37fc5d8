/** Markdown → a flat list of items with their places: headings, labels, bullets, fences, prose. */
import type { Nodes, Paragraph, Root, RootContent } from 'mdast';
import { fromMarkdown, type Options } from 'mdast-util-from-markdown';
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { lineOf, lineText, type Source, type Span } from './source.ts';

/** Text with its place. */
export interface Words extends Span {
  readonly text: string;
}

export type Item =
  | { readonly kind: 'heading'; readonly depth: number; readonly words: Words }
  | { readonly kind: 'label'; readonly name: Words; readonly rest: Words }
  | { readonly kind: 'bullet'; readonly ordered: boolean; readonly words: Words }
  | { readonly kind: 'text'; readonly words: Words }
  | Fence;

/** A fenced block: its lines as they stand in the source. */
export interface Fence extends Span {
  readonly kind: 'fence';
  readonly language: string;
  readonly closed: boolean;
  /** Not fenced: four spaces before a line make it a block too. */
  readonly indented: boolean;
  readonly lines: readonly Words[];
  /** The content as one stretch of the source. */
  readonly content: Words;
}

/** Links and HTML have no meaning in a run sheet, and cost the square of a paragraph's length. */
const MARKDOWN: Options = {
  extensions: [
    cjkFriendlyExtension(),
    {
      disable: {
        null: ['labelStartImage', 'labelStartLink', 'labelEnd', 'htmlText', 'autolink'],
      },
    },
  ],
};

/** Never throws: what nests deeper than the stack is given back as null. */
export function readItems(source: Source): readonly Item[] | null {
  try {
    const root: Root = fromMarkdown(withPlainSpaces(source.text), MARKDOWN);
    return root.children.flatMap((node) => itemsOf(source, node));
  } catch {
    return null;
  }
}

/** What people paste for a space: no-break, ideographic and other widths. */
const WIDE_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
/** The beginning of a line up to what follows its marker: spaces, `-`, `*`, `+`, `1.`, `##`. */
const LINE_BEGINNINGS =
  /^[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*(?:[-*+]|\d{1,9}[.)]|#{1,6})?[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*/gmu;

/** A space of any width before or after a marker is a space; as long as before, so that places hold. */
function withPlainSpaces(text: string): string {
  return text.replace(LINE_BEGINNINGS, (beginning) => beginning.replace(WIDE_SPACES, ' '));
}

function itemsOf(source: Source, node: RootContent): readonly Item[] {
  switch (node.type) {
    case 'heading':
      return [{ kind: 'heading', depth: node.depth, words: headingWords(source, spanOf(node)) }];
    case 'paragraph':
      return paragraphItems(source, node);
    case 'list':
      return node.children.flatMap((item) =>
        item.children.flatMap((child, index): readonly Item[] =>
          child.type === 'paragraph' && index === 0
            ? bulletItems(source, child, node.ordered === true)
            : itemsOf(source, child),
        ),
      );
    case 'code':
      return [fenceOf(source, node.lang ?? '', spanOf(node))];
    case 'thematicBreak':
      return [];
    default:
      return wordsByLine(source, spanOf(node)).map((words) => ({ kind: 'text', words }));
  }
}

function headingWords(source: Source, span: Span): Words {
  const raw = source.text.slice(span.start, span.end).split(/\r\n|\n|\r/u)[0] ?? '';
  const lead = /^\s*#*\s*/u.exec(raw)?.[0].length ?? 0;
  return trimmed(source, {
    start: span.start + lead,
    end: span.start + raw.replace(/\s+#+\s*$/u, '').length,
  });
}

/** Each line of a paragraph is a label, where it begins with strong text, or prose. */
function paragraphItems(source: Source, node: Paragraph): readonly Item[] {
  return wordsByLine(source, spanOf(node)).map(
    (words) => labelAt(source, node, words) ?? { kind: 'text', words },
  );
}

/** A bullet ends where a label begins: Markdown itself would read that line as part of the bullet. */
function bulletItems(source: Source, node: Paragraph, ordered: boolean): readonly Item[] {
  const [first, ...others] = wordsByLine(source, spanOf(node));
  if (first === undefined) return [];
  const rest = others.map((words): Item => labelAt(source, node, words) ?? { kind: 'text', words });
  return [{ kind: 'bullet', ordered, words: first }, ...rest];
}

function labelAt(source: Source, node: Paragraph, words: Words): Item | null {
  const strong = node.children.find(
    (child) => child.type === 'strong' && spanOf(child).start === words.start,
  );
  if (strong === undefined) return null;
  const span = spanOf(strong);
  const name = trimmed(source, { start: span.start + 2, end: span.end - 2 }, /[\s:：]+$/u);
  const after = source.text.slice(span.end, words.end);
  const lead = /^[\s:：]*/u.exec(after)?.[0].length ?? 0;
  return { kind: 'label', name, rest: trimmed(source, { start: span.end + lead, end: words.end }) };
}

function fenceOf(source: Source, language: string, span: Span): Fence {
  const firstLine = lineOf(source, span.start);
  const lastLine = lineOf(source, Math.max(span.start, span.end - 1));
  const opening = /^\s*(?:[-*+>]\s*|\d+[.)]\s*)*(`{3,}|~{3,})/u.exec(
    lineText(source, firstLine),
  )?.[1];
  const isFence = opening !== undefined;
  const closing = lineText(source, lastLine).trim();
  const closed =
    isFence && lastLine > firstLine && closing.startsWith(opening) && /^(?:`+|~+)$/u.test(closing);
  const from = isFence ? firstLine + 1 : firstLine;
  const to = closed ? lastLine - 1 : lastLine;
  const lines: Words[] = [];
  for (let line = from; line <= to; line += 1) {
    const start = source.lineStarts[line - 1] ?? source.text.length;
    const text = lineText(source, line);
    lines.push({ text, start, end: start + text.length });
  }
  const start = lines[0]?.start ?? span.end;
  const end = Math.max(start, lines.at(-1)?.end ?? start);
  const content = { text: source.text.slice(start, end), start, end };
  return {
    kind: 'fence',
    ...span,
    language,
    closed: closed || !isFence,
    indented: !isFence,
    lines,
    content,
  };
}

function wordsByLine(source: Source, span: Span): Words[] {
  const words: Words[] = [];
  const last = lineOf(source, Math.max(span.start, span.end - 1));
  for (let line = lineOf(source, span.start); line <= last; line += 1) {
    const lineStart = source.lineStarts[line - 1] ?? 0;
    const start = Math.max(span.start, lineStart);
    const end = Math.min(span.end, lineStart + lineText(source, line).length);
    const each = trimmed(source, { start, end });
    if (each.text !== '') words.push(each);
  }
  return words;
}

/** A span without the white space around it. */
export function trimmed(source: Source, span: Span, tail: RegExp = /\s+$/u): Words {
  const raw = source.text.slice(span.start, Math.max(span.start, span.end));
  const lead = /^\s*/u.exec(raw)?.[0].length ?? 0;
  const text = raw.slice(lead).replace(tail, '');
  return { text, start: span.start + lead, end: span.start + lead + text.length };
}

/** A stretch of some words, counted from their beginning. */
export function part(words: Words, from: number, to = words.text.length): Words {
  const raw = words.text.slice(from, to);
  const lead = /^\s*/u.exec(raw)?.[0].length ?? 0;
  const text = raw.trim();
  const start = words.start + from + lead;
  return { text, start, end: start + text.length };
}

function spanOf(node: Nodes): Span {
  const start = node.position?.start.offset ?? 0;
  return { start, end: node.position?.end.offset ?? start };
}
