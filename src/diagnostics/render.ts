/** Diagnostics as text: place, sentence, the line with what is meant underlined, what to do next. */
import stringWidth from 'string-width';
import type { Diagnostic, Language, Localized, Severity } from './diagnostic.ts';

/** Puts colour on a part of the text; the default leaves it plain. */
export type Paint = (
  part: 'error' | 'warning' | 'hint' | 'place' | 'underline',
  text: string,
) => string;

const SEVERITIES: Readonly<Record<Severity, Readonly<Record<Language, string>>>> = {
  error: { zh: '错误', en: 'error' },
  warning: { zh: '警告', en: 'warning' },
  hint: { zh: '提示', en: 'hint' },
};
const EXPECTED = { zh: '应为', en: 'expected' } as const;
const ACTUAL = { zh: '实际', en: 'actual' } as const;
const REMEDY = { zh: '办法', en: 'remedy' } as const;

/** Columns of the excerpt that are shown; a longer line is cut around what is meant. */
const WIDEST_EXCERPT = 100;
const LONGEST_VALUE = 200;

/** All diagnostics, one block each with an empty line between. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  language: Language,
  paint: Paint = (_part, text) => text,
): string {
  return diagnostics.map((each) => renderDiagnostic(each, language, paint)).join('\n\n');
}

/** One diagnostic: `file:line:column: error CODE: sentence`, then excerpt, expected, actual, remedy. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  language: Language,
  paint: Paint = (_part, text) => text,
): string {
  const { place, severity, code, message, expected, actual, remedy } = diagnostic;
  const where =
    place === undefined
      ? ''
      : `${paint('place', visible(`${place.file}:${place.line}:${place.column}`))}: `;
  const lines = [
    `${where}${paint(severity, `${SEVERITIES[severity][language]} ${code}`)}: ${visible(message[language])}`,
  ];
  lines.push(...excerptLines(diagnostic, paint));
  if (expected !== undefined) lines.push(`  ${EXPECTED[language]}: ${bounded(expected[language])}`);
  if (actual !== undefined) lines.push(`  ${ACTUAL[language]}: ${bounded(actual)}`);
  if (remedy !== undefined) lines.push(`  ${REMEDY[language]}: ${visible(remedy[language])}`);
  return lines.join('\n');
}

/**
 * What a command or a program was refused for, with what to type next: `CODE: sentence`, `next: …`.
 * What the catalogue puts between backticks is there to be copied, so they are left out.
 */
export function refusalText({ code, message, remedy }: Diagnostic): Localized {
  const next = (word: string, text: string | undefined): string =>
    text === undefined ? '' : `\n${word}${text.replaceAll('`', '')}`;
  return {
    zh: `${code}: ${message.zh}${next('下一步：', remedy?.zh)}`,
    en: `${code}: ${message.en}${next('next: ', remedy?.en)}`,
  };
}

/** Diagnostics as data: an array of the diagnostics themselves. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(diagnostics, null, 2);
}

function excerptLines({ place, excerpt }: Diagnostic, paint: Paint): readonly string[] {
  if (place === undefined || excerpt === undefined || excerpt === '') return [];
  const line = excerpt.split(/\r\n|\n|\r/u)[0] ?? '';
  const from = Math.min(place.column - 1, line.length);
  const sameLine = place.endLine === undefined || place.endLine === place.line;
  const to = sameLine
    ? Math.min(Math.max(place.endColumn ?? 0, place.column) - 1, line.length)
    : line.length;
  const first = Math.max(0, from - 40);
  const shown = line.slice(first, first + WIDEST_EXCERPT);
  const before = visible(line.slice(first, from));
  const meant = visible(line.slice(from, Math.min(to, first + WIDEST_EXCERPT)));
  const gutter = `${place.line} | `;
  const indent = ' '.repeat(gutter.length - 2);
  // Chinese characters take two columns: the marks must, too.
  const marks = '^'.repeat(Math.max(1, stringWidth(meant)));
  return [
    `  ${gutter}${visible(shown)}`,
    `  ${indent}| ${' '.repeat(stringWidth(before))}${paint('underline', marks)}`,
  ];
}

function bounded(text: string): string {
  const plain = visible(text);
  return plain.length > LONGEST_VALUE ? `${plain.slice(0, LONGEST_VALUE)}…` : plain;
}

/** What people typed must not move the reader's cursor: control characters and direction marks become visible. */
function visible(text: string): string {
  return text
    .replaceAll(/\r\n|[\n\r\t\u2028\u2029]/gu, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}
