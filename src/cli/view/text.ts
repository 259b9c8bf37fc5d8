/** Text for a terminal: control characters are shown, never interpreted, and no line is wider than the window. */
import stringWidth from 'string-width';

/** On one line: ends of lines and tabs become spaces, other control and direction characters are escaped, as U+XXXX. */
export function visible(text: string): string {
  return text
    .replace(/\r\n|[\n\r\t\u2028\u2029]/gu, ' ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => {
      const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      return `<U+${code}>`;
    });
}

/** Cut to columns, counting wide characters twice. */
export function fit(text: string, width: number): string {
  const plain = visible(text);
  if (stringWidth(plain) <= width) return plain;
  let taken = '';
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(plain)) {
    const next = stringWidth(segment);
    if (columns + next > width - 1) break;
    taken += segment;
    columns += next;
  }
  return `${taken}…`;
}

/** Padded to columns with spaces; a longer text is cut. */
export function pad(text: string, width: number): string {
  const cut = fit(text, width);
  return `${cut}${' '.repeat(Math.max(0, width - stringWidth(cut)))}`;
}

/** Folded into lines of at most `width` columns, each after `indent`; its own lines stay lines. */
export function fold(text: string, width: number, indent = ''): string[] {
  return text.split(/\r?\n/u).flatMap((line) => foldLine(line, width, indent));
}

function foldLine(text: string, width: number, indent: string): string[] {
  const room = Math.max(10, width - stringWidth(indent));
  const lines: string[] = [];
  let line = '';
  for (const { segment } of new Intl.Segmenter().segment(visible(text))) {
    if (stringWidth(line) + stringWidth(segment) > room) {
      // At the last space of the line, if a word would be cut.
      const at = /^[\x21-\x7e]$/u.test(segment) ? line.lastIndexOf(' ') : -1;
      const rest = at > room / 2 ? line.slice(at + 1) : '';
      lines.push(`${indent}${at > room / 2 ? line.slice(0, at) : line}`);
      line = rest;
    }
    line += segment;
  }
  if (line !== '') lines.push(`${indent}${line}`);
  return lines;
}
