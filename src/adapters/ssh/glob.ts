/** Names of files by a pattern, as glob(7) has it without any flag: what OpenSSH's `Include` takes. */
import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { matchesTokens, type Token } from './patterns.ts';

const SPECIAL = /[*?[\\]/u;
const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{L}\p{N}]/u,
  alpha: /\p{L}/u,
  blank: /[ \t]/u,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/u,
  graph: /[^\s\p{Cc}]/u,
  lower: /\p{Ll}/u,
  print: /[^\p{Cc}]/u,
  punct: /[\p{P}\p{S}]/u,
  space: /\s/u,
  upper: /\p{Lu}/u,
  xdigit: /[0-9A-Fa-f]/u,
};

/**
 * The files of an absolute pattern, in the order of their names. Each part between slashes may have
 * `*`, `?` and `[…]`; a leading dot is matched by a dot alone. A name without any of them is given
 * back as it is, whether it is there or not.
 */
export function filesOf(pattern: string): readonly string[] {
  if (!SPECIAL.test(pattern)) return [pattern];
  const parts = pattern.split('/').filter((part) => part !== '');
  let found: readonly string[] = ['/'];
  for (const part of parts) found = found.flatMap((folder) => within(folder, part));
  return found;
}

function within(folder: string, part: string): readonly string[] {
  if (!SPECIAL.test(part)) {
    const path = posix.join(folder, part);
    return existsSync(path) ? [path] : [];
  }
  const tokens = tokensOf(part);
  const showsHidden = part.startsWith('.') || part.startsWith('\\.');
  return namesIn(folder)
    .filter((name) => (showsHidden || !name.startsWith('.')) && matchesTokens(tokens, name))
    .map((name) => posix.join(folder, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function tokensOf(part: string): readonly Token[] {
  const tokens: Token[] = [];
  const chars = [...part];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    const end = char === '[' ? endOfSet(chars, at) : -1;
    if (char === '*') tokens.push('*');
    else if (char === '?') tokens.push(() => true);
    else if (end > 0) {
      tokens.push(setOf(chars.slice(at + 1, end)));
      at = end;
    } else {
      const isEscape = char === '\\' && at + 1 < chars.length;
      if (isEscape) at += 1;
      const wanted = chars[at];
      tokens.push((given) => given === wanted);
    }
  }
  return tokens;
}

/** Where the set that begins at `at` ends; -1: it has no end, and the bracket stands for itself. */
function endOfSet(chars: readonly string[], at: number): number {
  let next = at + 1;
  if (chars[next] === '!' || chars[next] === '^') next += 1;
  // First in a set, a closing bracket is one of its characters.
  if (chars[next] === ']') next += 1;
  for (; next < chars.length; next += 1) {
    if (chars[next] === ']') return next;
    if (chars[next] === '\\') next += 1;
    else if (chars[next] === '[' && chars[next + 1] === ':') next = endOfClass(chars, next) ?? next;
  }
  return -1;
}

function endOfClass(chars: readonly string[], at: number): number | null {
  const end = chars.indexOf(']', at);
  return chars[end - 1] === ':' && end > at + 2 ? end : null;
}

function setOf(inner: readonly string[]): Token {
  const isNegated = inner[0] === '!' || inner[0] === '^';
  const given = isNegated ? inner.slice(1) : inner;
  const tests: ((char: string) => boolean)[] = [];
  for (let at = 0; at < given.length; at += 1) {
    const classEnd = given[at] === '[' && given[at + 1] === ':' ? endOfClass(given, at) : null;
    const named =
      classEnd === null ? undefined : CLASSES[given.slice(at + 2, classEnd - 1).join('')];
    if (named !== undefined && classEnd !== null) {
      tests.push((char) => named.test(char));
      at = classEnd;
      continue;
    }
    if (given[at] === '\\' && at + 1 < given.length) at += 1;
    const first = given[at] ?? '';
    // Last in a set, a hyphen is one of its characters.
    const isRange = given[at + 1] === '-' && at + 2 < given.length;
    const last = isRange ? (given[at + 2] ?? '') : first;
    if (isRange) at += 2;
    tests.push((char) => first <= char && char <= last);
  }
  return (char) => tests.some((test) => test(char)) !== isNegated;
}
