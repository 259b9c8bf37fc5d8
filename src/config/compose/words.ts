/** Splits a command line into words as a shell does, without expanding anything: as docker-compose does. */
const WORD = /(?:"(?:\\["\\$`]|[^"\\]|\\)*"|'[^']*'|\\[\s\S]|[^\s"'\\])+/gu;
const PART = /"((?:\\["\\$`]|[^"\\]|\\)*)"|'([^']*)'|\\([\s\S])|([^\s"'\\]+)/gu;

/** @returns null where a quote is not closed, or there is no word */
export function splitWords(text: string): readonly string[] | null {
  const words = text.match(WORD) ?? [];
  if (text.replace(WORD, '').trim() !== '' || words.length === 0) return null;
  return words.map((word) => word.replace(PART, unquoted));
}

function unquoted(
  _whole: string,
  double: string | undefined,
  single: string | undefined,
  escaped: string | undefined,
  plain: string | undefined,
): string {
  if (double !== undefined) return double.replace(/\\(["\\$`])/gu, '$1');
  return single ?? escaped ?? plain ?? '';
}
