/** OpenSSH's patterns: `*` any characters, `?` one; in a list, `!pattern` takes what it matches out. */

/** Any characters, or what one character has to be. */
export type Token = '*' | ((char: string) => boolean);

const ONE: Token = () => true;

export function matchesPattern(pattern: string, text: string): boolean {
  const tokens = [...pattern].map((wanted): Token => {
    if (wanted === '*') return '*';
    return wanted === '?' ? ONE : (char) => char === wanted;
  });
  return matchesTokens(tokens, text);
}

/** Steps back to the last `*` only, so that no pattern takes more than length times length. */
export function matchesTokens(tokens: readonly Token[], text: string): boolean {
  const chars = [...text];
  let at = 0;
  let inText = 0;
  let star = -1;
  let resumeAt = 0;
  while (inText < chars.length) {
    const wanted = tokens[at];
    if (wanted === '*') {
      star = at;
      resumeAt = inText;
      at += 1;
    } else if (wanted?.(chars[inText] ?? '') === true) {
      at += 1;
      inText += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      inText = resumeAt;
      at = star + 1;
    } else return false;
  }
  while (tokens[at] === '*') at += 1;
  return at === tokens.length;
}

/** Case does not matter: names of hosts are compared. */
export function matchesPatternList(patterns: readonly string[], text: string): boolean {
  const name = text.toLowerCase();
  let found = false;
  for (const each of patterns) {
    const pattern = each.toLowerCase();
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (matchesPattern(pattern, name)) found = true;
  }
  return found;
}
