/** A sentence in both languages; the run's language decides which is shown. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** A report that cannot be read or trusted: missing, malformed, or contradicting itself. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly words: Words;
  /** Where in the text, counted from 1; null: the report as a whole. */
  readonly line: number | null;

  constructor(words: Words, line: number | null = null) {
    super(words.en);
    this.words = words;
    this.line = line;
  }

  /** The same, which now names its file. */
  of(file: string): ReportError {
    const { zh, en } = this.words;
    return this.line === null
      ? new ReportError({ zh: `${file}：${zh}`, en: `${file}: ${en}` })
      : new ReportError({
          zh: `${file} 第 ${this.line} 行：${zh}`,
          en: `${file}, line ${this.line}: ${en}`,
        });
  }
}

/** The line of a text, counted from 1, on which a piece of it stands first; null: it is not in it. */
export function lineOf(text: string, piece: string | RegExp): number | null {
  const at = typeof piece === 'string' ? text.indexOf(piece) : text.search(piece);
  return at < 0 ? null : text.slice(0, at).split('\n').length;
}
