/** Letters, digits, `_`, `-` and `.` without a gap: a token stands in one such run. */
const RUN = /[\w.-]{20,}/g;
const SHORTEST_PART = 8;
const HEAD = 'eyJ';

/**
 * Takes JSON Web Tokens out of a text: three parts joined by dots, of which the first begins with
 * `{"` in base64. Time is linear in the length of the text, whatever it repeats.
 */
export function hideWebTokens(text: string, replacement: string): string {
  return text.replace(RUN, (run) => (run.includes(HEAD) ? hideIn(run, replacement) : run));
}

function hideIn(run: string, replacement: string): string {
  const parts = run.split('.');
  const result: string[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    const start = headOf(part);
    const isToken =
      start >= 0 &&
      part.length - start >= HEAD.length + SHORTEST_PART &&
      (parts[at + 1]?.length ?? 0) >= SHORTEST_PART &&
      at + 2 < parts.length;
    result.push(isToken ? part.slice(0, start) + replacement : part);
    if (isToken) at += 2;
  }
  return result.join('.');
}

/** Where a token may begin: at the part's start, or after a dash. */
function headOf(part: string): number {
  if (part.startsWith(HEAD)) return 0;
  const dash = part.indexOf(`-${HEAD}`);
  return dash < 0 ? -1 : dash + 1;
}
