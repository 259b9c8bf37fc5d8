/**
 * The upstreams of a configuration file, and changes of their server lines. Everything else of the file
 * stays as it is, to the byte: it is text in Latin-1. Pure.
 */
import { BadSyntax, type Token, tokensOf } from './lexer.ts';

/** One `server` directive of an upstream. */
export interface ServerLine {
  /** As written, without quotes: `10.0.0.11:8080`, `unix:/run/app.sock`. */
  readonly address: string;
  /** The first word of the comment behind it, our own mark aside. */
  readonly label: string | null;
  readonly isDown: boolean;
  /** It is out because Runsheet drained it, no operator did. */
  readonly isMarked: boolean;
  readonly isBackup: boolean;
  readonly weight: number;
  /** Line number of the file, from 1. */
  readonly line: number;
  /** The words behind `server`, and the `;`. */
  readonly words: readonly Token[];
  readonly stop: Token;
}

export interface Upstream {
  readonly name: string;
  readonly servers: readonly ServerLine[];
}

/** A file that cannot be worked with: where, and why. */
export class BadFile extends Error {
  override readonly name = 'BadFile';
  readonly line: number;
  readonly why: 'syntax' | 'block';

  constructor(line: number, why: BadFile['why']) {
    super(`${why} in line ${line}`);
    this.line = line;
    this.why = why;
  }
}

const MARK = ' # runsheet: drain';
const MARKED = /^[ \t]*#[ \t]*runsheet:[ \t]*drain(?![^# \t\r\n])/u;
const WEIGHT = /^weight=(\d+)$/u;

/** @throws BadFile */
export function parseUpstreams(text: string): readonly Upstream[] {
  try {
    return upstreamsIn(text, tokensOf(text));
  } catch (error) {
    if (error instanceof BadSyntax) throw new BadFile(lineOf(text, error.at), 'syntax');
    throw error;
  }
}

function upstreamsIn(text: string, all: readonly Token[]): readonly Upstream[] {
  const tokens = all.filter(({ kind }) => kind !== 'comment');
  const upstreams: Upstream[] = [];
  let open: { readonly name: string; readonly servers: ServerLine[] } | null = null;
  let depth = 0;
  let words: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'word') {
      words.push(token);
      continue;
    }
    const [directive, ...rest] = words;
    words = [];
    if (token.kind === 'end' && open !== null && directive?.text === 'server') {
      open.servers.push(serverLine(text, rest, token));
    }
    if (token.kind === 'open') {
      // A block within an upstream is another module's: who gets requests is then not ours to know.
      if (open !== null) throw new BadFile(lineOf(text, token.start), 'block');
      depth += 1;
      if (directive?.text === 'upstream') open = { name: rest[0]?.text ?? '', servers: [] };
    }
    if (token.kind === 'close') {
      if (depth === 0) throw new BadSyntax(token.start);
      if (open !== null) upstreams.push(open);
      open = null;
      depth -= 1;
    }
  }
  if (depth > 0 || words.length > 0) throw new BadSyntax(text.length);
  return upstreams;
}

function serverLine(text: string, words: readonly Token[], stop: Token): ServerLine {
  const [address, ...parameters] = words;
  if (address === undefined) throw new BadSyntax(stop.start);
  const has = (parameter: string): boolean => parameters.some((each) => each.text === parameter);
  const weights = parameters.flatMap((each) => WEIGHT.exec(each.text)?.[1] ?? []);
  const behind = restOfLine(text, stop.end);
  return {
    address: address.text,
    label: labelOf(behind.replace(MARKED, ' #')),
    isDown: has('down'),
    isMarked: MARKED.test(behind),
    isBackup: has('backup'),
    weight: Number(weights.at(-1) ?? 1),
    line: lineOf(text, address.start),
    words,
    stop,
  };
}

/** `# web-1 in rack 7`: web-1. */
function labelOf(behind: string): string | null {
  return /^[ \t]*[# \t]*#[ \t]*([^# \t\r\n]+)/u.exec(behind)?.[1] ?? null;
}

/** Taken out by Runsheet: `down`, and our mark behind it. */
export function drained(text: string, { words, stop, isMarked }: ServerLine): string {
  const at = words.at(-1)?.end ?? stop.start;
  const behind = restOfLine(text, stop.end);
  // Our comment would hide what follows on the same line.
  const isAlone = /^[ \t\r]*(?:#|$)/u.test(behind);
  const mark = isMarked ? '' : `${MARK}${isAlone ? '' : '\n'}`;
  return `${text.slice(0, at)} down${text.slice(at, stop.end)}${mark}${text.slice(stop.end)}`;
}

/** Taken out by an operator: `down`, without our mark. */
export function maintained(text: string, line: ServerLine): string {
  const { words, stop, isDown, isMarked } = line;
  if (!isMarked) return isDown ? text : downAt(text, words.at(-1)?.end ?? stop.start);
  const behind = text.slice(stop.end);
  const marked = MARKED.exec(behind)?.[0] ?? '';
  const after = behind.slice(marked.length);
  const isText = /^[ \t]*[^# \t\r\n]/u.test(restOfLine(after, 0));
  const unmarked = `${text.slice(0, stop.end)}${isText ? ' #' : ''}${after}`;
  return isDown ? unmarked : downAt(unmarked, words.at(-1)?.end ?? stop.start);
}

function downAt(text: string, at: number): string {
  return `${text.slice(0, at)} down${text.slice(at)}`;
}

/** In again: without `down` and without our mark. */
export function enabled(text: string, { words, stop }: ServerLine): string {
  const behind = text.slice(stop.end);
  const marked = MARKED.exec(behind)?.[0] ?? '';
  const after = behind.slice(marked.length);
  // What somebody wrote behind our mark stays a comment.
  const isText = /^[ \t]*[^# \t\r\n]/u.test(restOfLine(after, 0));
  const without = words
    .filter((each, index) => index > 0 && each.text === 'down')
    .reduceRight(
      (left, { start, end }) => {
        const before = left.slice(0, start).replace(/[ \t]+$/u, '');
        return before + left.slice(end);
      },
      text.slice(0, stop.end),
    );
  return `${without}${isText && marked !== '' ? ' #' : ''}${after}`;
}

export function weighted(text: string, { words }: ServerLine, weight: number): string {
  const given = words.filter((each, index) => index > 0 && WEIGHT.test(each.text));
  if (given.length > 0) {
    return given.reduceRight(
      (left, { start, end }) => `${left.slice(0, start)}weight=${weight}${left.slice(end)}`,
      text,
    );
  }
  const at = words[0]?.end ?? 0;
  return `${text.slice(0, at)} weight=${weight}${text.slice(at)}`;
}

function restOfLine(text: string, from: number): string {
  const end = text.indexOf('\n', from);
  return text.slice(from, end < 0 ? text.length : end);
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
