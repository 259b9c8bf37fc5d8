/** Coloured terminal lines as a page that looks like the terminal they were printed in. */

/** The colours that the run sheet uses, by their SGR numbers. */
const COLOURS: Readonly<Record<string, string>> = {
  '1': 'font-weight:700;color:#f0f3f6',
  '2': 'opacity:.6',
  '31': 'color:#ff7b72',
  '32': 'color:#7ee787',
  '33': 'color:#e3b341',
  '36': 'color:#79c0ff',
};

const STYLE = `
  body { margin: 0; background: #0d1117; }
  pre { margin: 0; padding: 22px 26px; color: #c9d1d9; line-height: 1.5; font-size: 15px;
    font-family: "Noto Sans Mono CJK SC", "Noto Sans Mono", monospace; }
  .prompt { color: #7d8590; }
`;

/** @returns a data: address; what the lines hold is text, never markup */
export function terminalPage(command: string, lines: readonly string[]): string {
  const body = [`<span class="prompt">$</span> ${escape(command)}`, '', ...lines.map(html)].join(
    '\n',
  );
  const page = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><pre>${body}</pre>`;
  return `data:text/html;charset=utf-8;base64,${Buffer.from(page).toString('base64')}`;
}

function html(line: string): string {
  let open = 0;
  // oxlint-disable-next-line no-control-regex -- what a terminal takes as colour
  const shown = line.split(/\u001b\[(\d+)m/u).map((part, index) => {
    if (index % 2 === 0) return escape(part);
    const style = COLOURS[part];
    if (style !== undefined) {
      open += 1;
      return `<span style="${style}">`;
    }
    if (open === 0) return '';
    open -= 1;
    return '</span>';
  });
  return `${shown.join('')}${'</span>'.repeat(open)}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
