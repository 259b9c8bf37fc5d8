/** Text that people typed, where Markdown is shown. */

/** Inside a table cell or a paragraph: one line, no markup, no HTML, no links. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]|~#>]/g, '\\$&');
}

/** Rows of a table; cells are escaped here. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(line)];
}

export function markdownList(lines: readonly string[]): readonly string[] {
  return lines.map((text) => `- ${escapeMarkdown(text)}`);
}
