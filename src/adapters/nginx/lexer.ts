/** nginx's configuration language as words with their places: quoting, escapes and comments are nginx's own. Pure. */

export interface Token {
  readonly kind: 'word' | 'end' | 'open' | 'close' | 'comment';
  /** Of a word: without its quotes and escapes. Of a comment: what follows the `#`. */
  readonly text: string;
  /** From the first character to behind the last. */
  readonly start: number;
  readonly end: number;
}

/** Where the text cannot be configuration. */
export class BadSyntax extends Error {
  override readonly name = 'BadSyntax';
  readonly at: number;

  constructor(at: number) {
    super('not the syntax of nginx');
    this.at = at;
  }
}

const SPACE = /[ \t\r\n]/u;
const SINGLE: Readonly<Record<string, Token['kind']>> = { ';': 'end', '{': 'open', '}': 'close' };

/** @throws BadSyntax for a quote without its end */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const first = text.charAt(at);
    if (SPACE.test(first)) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  const first = text.charAt(start);
  const single = SINGLE[first];
  if (single !== undefined) return { kind: single, text: first, start, end: start + 1 };
  if (first === '#') {
    const line = text.indexOf('\n', start);
    const end = line < 0 ? text.length : line;
    return { kind: 'comment', text: text.slice(start + 1, end), start, end };
  }
  return first === '"' || first === "'" ? quoted(text, start, first) : word(text, start);
}

function quoted(text: string, start: number, quote: string): Token {
  let said = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const each = text.charAt(at);
    if (each === quote) return { kind: 'word', text: said, start, end: at + 1 };
    if (each === '\\') at += 1;
    said += text.charAt(at);
  }
  throw new BadSyntax(start);
}

/** Ends at a space, `;` or `{`; the braces of `${variable}` belong to it, and so does a `#` within. */
function word(text: string, start: number): Token {
  let said = '';
  let at = start;
  for (; at < text.length; at += 1) {
    const each = text.charAt(at);
    if (SPACE.test(each) || each === ';') break;
    if (each === '{') {
      if (text.charAt(at - 1) !== '$' || at === start) break;
      const close = text.indexOf('}', at);
      if (close < 0) throw new BadSyntax(at);
      said += text.slice(at, close);
      at = close;
    }
    if (text.charAt(at) === '\\') at += 1;
    said += text.charAt(at);
  }
  return { kind: 'word', text: said, start, end: Math.min(at, text.length) };
}
