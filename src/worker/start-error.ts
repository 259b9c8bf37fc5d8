import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Language, Localized } from '../diagnostics/diagnostic.ts';

/** Why a worker cannot start; `main` prints it in one language and exits 2. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  readonly code: DiagnosticCode;
  readonly #text: Localized;
  readonly #remedy: Localized;

  constructor(code: DiagnosticCode, text: Localized, remedy: Localized) {
    super(`${code}: ${text.en}\n${remedy.en}`);
    this.code = code;
    this.#text = text;
    this.#remedy = remedy;
  }

  /** Code, sentence and, on a line of its own, what to do. */
  in(language: Language): string {
    return `${this.code}: ${this.#text[language]}\n${this.#remedy[language]}`;
  }
}
